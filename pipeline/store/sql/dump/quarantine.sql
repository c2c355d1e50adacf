-- What a person has to look at: receipts that were not loaded, and receipts that contradict another about a donor.
select receipt, seq, source, name, format, sha256, bytes, received, whole, note, state, reason
from receipt
where state = 'quarantined'
union all by name
select
    receipt.receipt, receipt.seq, receipt.source, receipt.name, receipt.format, receipt.sha256, receipt.bytes,
    receipt.received, receipt.whole, receipt.note, 'contradicts' as state,
    'HLA-' || conflict.locus || ' of ' || conflict.donor || ' cannot be both ' || said.reported || ' (here) and '
    || other_said.reported || ' (in ' || other.receipt || '); '
    || case
        when conflict.fields < 2 then 'the matcher is told neither until somebody decides; '
        else 'both make the same protein, so that the matcher is told the newer one, with a flag; '
    end
    || case
        when conflict.seq = conflict.other_seq then 'both stand in one receipt: ask the laboratory for a corrected report'
        else 'graftline quarantine keep RECEIPT makes the one that is right stand'
    end as reason
from conflict
join receipt using (seq)
join receipt as other on other.seq = conflict.other_seq
join statement as said on said.id = conflict.statement
join statement as other_said on other_said.id = conflict.other_statement
order by seq, state desc, reason
