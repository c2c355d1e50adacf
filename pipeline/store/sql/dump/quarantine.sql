-- What a person has to look at: receipts that were not loaded, repeats of what has had a newer version since, and
-- receipts that contradict another: about what a donor is, about whose a typing is, about whose donation a donation
-- number names, or about what a collection has yielded.
select receipt, seq, source, name, format, sha256, bytes, received, whole, note, state, reason
from receipt
where state = 'quarantined'
union all by name
select
    again.receipt, again.seq, again.source, again.name, again.format, again.sha256, again.bytes, again.received,
    again.whole, again.note, again.state,
    'the same bytes came before, as ' || first.receipt || ', which has had a newer version since: graftline quarantine '
    || 'resubmit makes them the newest, if that is what the sender means' as reason
from receipt as again
join receipt as first using (source, sha256)
where again.state = 'duplicate' and first.state = 'superseded'
    and (select max(replaced_by) from report where report.seq = first.seq) < again.seq
    and not exists (
        select 1
        from receipt as standing
        where standing.source = again.source and standing.sha256 = again.sha256 and standing.state = 'loaded'
    )
union all by name
select distinct -- a table may hold the same sample twice
    receipt.receipt, receipt.seq, receipt.source, receipt.name, receipt.format, receipt.sha256, receipt.bytes,
    receipt.received, receipt.whole, receipt.note, 'contradicts' as state,
    'HLA-' || conflict.locus || ' of ' || conflict.donor || ' cannot be both ' || said.reported || ' (here) and '
    || other_said.reported || ' (in ' || other.receipt || '); '
    || case
        when conflict.fields < 2 then 'the matcher is told neither until somebody decides; '
        else 'both make the same protein, so that the matcher is told the finer one, with a flag; '
    end
    || case
        when conflict.seq = conflict.other_seq then 'both stand in one receipt: ask the laboratory for a corrected report'
        else 'graftline quarantine keep RECEIPT makes the one that is right stand (--donor: for this donor only)'
    end as reason
from conflict
join receipt using (seq)
join receipt as other on other.seq = conflict.other_seq
join statement as said on said.id = conflict.statement
join statement as other_said on other_said.id = conflict.other_statement
where not conflict.relabelled
union all by name
select distinct
    receipt.receipt, receipt.seq, receipt.source, receipt.name, receipt.format, receipt.sha256, receipt.bytes,
    receipt.received, receipt.whole, receipt.note, 'contradicts' as state,
    'one report came as that of ' || newer.donor || ' (here) and as that of ' || older.donor || ' (in ' || other.receipt
    || '): the matcher is told neither until somebody decides; '
    || case
        when conflict.seq = conflict.other_seq then 'both stand in one receipt: ask the laboratory for a corrected report'
        else 'graftline quarantine keep RECEIPT makes the one that is right stand; if both are, have one exported under an '
            || 'id of its own'
    end as reason
from conflict
join report as newer using (seq, ordinal)
join report as older on older.seq = conflict.other_seq and older.ordinal = conflict.other_ordinal
join receipt using (seq)
join receipt as other on other.seq = conflict.other_seq
where conflict.relabelled
union all by name
select distinct
    receipt.receipt, receipt.seq, receipt.source, receipt.name, receipt.format, receipt.sha256, receipt.bytes,
    receipt.received, receipt.whole, receipt.note, 'contradicts' as state,
    'the donation ' || said.sample || ' cannot be both of ' || said.subject || ' (here) and of ' || other_said.subject
    || ' (in ' || other.receipt || '): use nothing of it until the labels have been looked at, and have the report '
    || 'that is wrong corrected' as reason
from report as said
join report as other_said on other_said.sample = said.sample and other_said.subject <> said.subject
join receipt on receipt.seq = said.seq
join receipt as other on other.seq = other_said.seq
where said.sample_scheme = 'DIN' and said.subject_scheme = 'GRID' and said.current
    and other_said.sample_scheme = 'DIN' and other_said.subject_scheme = 'GRID' and other_said.current
    and (other_said.seq, other_said.ordinal) < (said.seq, said.ordinal)
union all by name
select
    receipt.receipt, receipt.seq, receipt.source, receipt.name, receipt.format, receipt.sha256, receipt.bytes,
    receipt.received, receipt.whole, receipt.note, 'contradicts' as state,
    'two accounts of one collection run do not agree: ' || differing_account.label || ' is ' || differing_account.value
    || ' ' || coalesce(differing_account.unit, '') || ' here and ' || differing_account.other_value || ' in '
    || other.receipt || '; compare with the device, and have the one that is wrong exported again' as reason
from differing_account
join receipt using (seq)
join receipt as other on other.seq = differing_account.other_seq
where differing_account.other_seq < differing_account.seq
order by seq, state desc, reason
