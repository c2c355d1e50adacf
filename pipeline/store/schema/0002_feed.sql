-- What the matcher reads. A donor is known by a GRID where the report gives one, else by the person's number of its
-- source, else by the sample's.
-- Per donor and locus stands the finest typing that somebody called, of those the newest: two that can both be true
-- differ in how much they say, and what is known does not become unknown by a coarser one, nor what is final by what is
-- preliminary. Where another current one says otherwise, or says something that could not be read, the row carries a
-- flag.

-- Where two current typings of a donor and locus cannot both be true, as to the protein, the locus is held back until a
-- person has decided (`quarantine keep`): neither is told. A typing in phase, which is not told, holds back the genes of
-- which it says otherwise, and so does one by serology.

-- A registry that takes a donor back is heard until a list that comes later has the donor again.
create view withdrawn_donor as
select donor_key, donor, donor_owner
from report
where current and listing and donor is not null
    and donor_key in (select donor_key from report where current and withdraws)
group by donor_key, donor, donor_owner
having arg_max(withdraws, (seq, ordinal));
comment on view withdrawn_donor is 'One row per donor whom the newest list that names him takes back.';

create view donor_report as
select donor, donor_scheme as scheme, donor_owner as owner, report.* exclude (donor, donor_scheme, donor_owner)
from report
anti join withdrawn_donor using (donor_key, donor, donor_owner)
where current and donor is not null;
comment on view donor_report is 'One row per current report about a donor who may be told of.';

create view current_typing as
select
    report.donor, report.donor_owner as owner, report.donor_key, report.run_key, typing.seq, typing.ordinal, typing.position,
    typing.statement, statement.key as said, statement.locus, statement.state
from report
join typing using (seq, ordinal)
join statement on statement.id = typing.statement
anti join retired on retired.seq = typing.seq and retired.ordinal = typing.ordinal and retired.item = statement.locus
where report.current and report.donor is not null;
comment on view current_typing is 'One row per donor and locus of a report, unless a newer version says something of it.';

create view relabelled as
with pairs as (
    select resembling.*
    from resembling
    join report using (seq, ordinal)
    where report.report_key in (
        select report_key
        from report
        where report_key in (select report_key from report where seq in (select seq from resembling))
        group by report_key
        having count(distinct donor_key) = 2
    )
), alike as (
    select pairs.*
    from pairs
    join report as newer using (seq, ordinal)
    join report as older on older.seq = pairs.other_seq and older.ordinal = pairs.other_ordinal
    where not exists (select 1 from report where report.seq = older.seq and report.donor_key = newer.donor_key)
        and not exists (select 1 from report where report.seq = newer.seq and report.donor_key = older.donor_key)
    union
    select newer.seq, newer.ordinal, older.seq, older.ordinal
    from report as newer
    join report as older using (run_key, identity)
    where newer.kind = 'typing' and newer.version > older.version and older.donor_key <> newer.donor_key
)
select alike.*
from alike
semi join report as newer on newer.seq = alike.seq and newer.ordinal = alike.ordinal and newer.current
semi join report as older on older.seq = alike.other_seq and older.ordinal = alike.other_ordinal and older.current;
comment on view relabelled is 'One row per two current typings that are one report under the names of two people.';

-- Locus by locus; a locus that the other typing does not report stands against the first one that it does, for nobody
-- knows of any locus whose it is.
create view relabelled_locus as
with sides as materialized (
    select seq, ordinal from relabelled
    union
    select other_seq, other_ordinal from relabelled
), called as materialized (
    select
        *, list(locus) over report as loci, position = min(position) over report as leads
    from current_typing
    semi join sides using (seq, ordinal)
    where state not in ('failed', 'not_tested')
    window report as (partition by seq, ordinal)
)
select newer, older
from relabelled
join called as newer using (seq, ordinal)
join called as older on older.seq = relabelled.other_seq and older.ordinal = relabelled.other_ordinal
where newer.locus = older.locus
    or (older.leads and not list_contains(older.loci, newer.locus))
    or (newer.leads and not list_contains(newer.loci, older.locus));
comment on view relabelled_locus is 'One row per two loci of two current typings that are one report under the names of two people.';

create view disagreement as
with pairs as (
    select one, other, locus, fields from contradiction where release = (select release from release_in_use)
    union all
    select other, one, locus, fields from contradiction where release = (select release from release_in_use)
)
select
    pairs.locus, newer.donor, newer.owner, newer.donor_key, newer.run_key, newer.seq, newer.ordinal, newer.statement,
    newer.said, pairs.locus as other_locus, older.donor as other_donor, older.owner as other_owner, older.donor_key as other_donor_key,
    older.run_key as other_run_key, older.seq as other_seq, older.ordinal as other_ordinal,
    older.statement as other_statement, older.said as other_said, pairs.fields, false as relabelled
from pairs
join current_typing as newer on newer.statement = pairs.one
join current_typing as older
    on older.statement = pairs.other and older.donor_key = newer.donor_key and older.donor = newer.donor
    and older.owner = newer.owner
where (newer.seq, newer.ordinal, newer.position) > (older.seq, older.ordinal, older.position)
union
select
    newer.locus, newer.donor, newer.owner, newer.donor_key, newer.run_key, newer.seq, newer.ordinal, newer.statement,
    newer.said, older.locus, older.donor, older.owner, older.donor_key, older.run_key, older.seq, older.ordinal,
    older.statement, older.said, 0, true
from relabelled_locus;
comment on view disagreement is 'One row per two current typings that cannot both be true: of a donor and locus, or one report of two people.';

-- A decision holds as long as what was held right is still said, and for what it was made about, exported again or not.
-- Of several the last one counts: it is not undone by one before it.
create view overruled as
with latest as (
    select *
    from preferred
    anti join preferred as reversed
        on reversed.locus = preferred.other_locus and reversed.other_locus = preferred.locus
        and reversed.donor_key = preferred.other_donor_key and reversed.said = preferred.other_said
        and reversed.other_donor_key = preferred.donor_key and reversed.other_said = preferred.said
        and reversed.decision > preferred.decision
), in_force as (
    select *
    from latest
    semi join current_typing as kept on kept.donor_key = latest.donor_key and kept.said = latest.said
)
select distinct lost.seq, lost.ordinal, in_force.other_locus as locus
from in_force
anti join in_force as later
    on later.other_locus = in_force.locus
    and later.other_donor_key = in_force.donor_key and later.other_said = in_force.said
    and later.decision > in_force.decision
join current_typing as lost
    on lost.donor_key = in_force.other_donor_key and lost.said = in_force.other_said
    and lost.run_key = in_force.other_run_key;
comment on view overruled is 'One row per report and locus that a person has decided against.';

create view conflict as
with standing as (
    select *
    from disagreement
    anti join overruled using (seq, ordinal, locus)
    anti join overruled as other
        on other.seq = disagreement.other_seq and other.ordinal = disagreement.other_ordinal
        and other.locus = disagreement.other_locus
)
select donor, owner, locus, seq, ordinal, statement, other_seq, other_ordinal, other_statement, fields, relabelled
from standing
union
select other_donor, other_owner, other_locus, seq, ordinal, statement, other_seq, other_ordinal, other_statement, fields, relabelled
from standing;
comment on view conflict is 'One row per two standing typings that cannot both be true: of a donor and locus, or one report of two people.';

create view held_back as
select distinct donor, owner, locus
from conflict
where fields < 2; -- to two fields they make the same protein
comment on view held_back is 'One row per donor and locus of which the matcher is told nothing until a person has decided.';

create view typing_flag as
select seq, ordinal, token, list(to_json({code: code, token: token, message: message, severity: severity}) order by code, message) as flags
from report_flag
group by seq, ordinal, token;
comment on view typing_flag is 'One row per report and token: the doubts of report_flag as a list.';

create view feed_typing as
with stated as (
    select
        donor_report.donor, donor_report.scheme, donor_report.owner, donor_report.source, donor_report.sample, donor_report.version,
        read_typing.* exclude (statement),
        case
            when read_typing.state not in ('failed', 'not_tested')
            then coalesce(read_typing.glstring, read_typing.state || ' ' || read_typing.reported)
            when contains(read_typing.flags::varchar, '"withdrawn_result"') then 'withdrawn'
        end as said
    from donor_report
    join read_typing using (seq, ordinal)
    anti join retired
        on retired.seq = read_typing.seq and retired.ordinal = read_typing.ordinal and retired.item = read_typing.locus
    anti join overruled using (seq, ordinal, locus)
    anti join held_back using (donor, owner, locus)
), compared as (
    select
        *,
        glstring is not null and not contains(glstring, '~') -- haplotypes over several genes are not split here
            and state in ('two_copies', 'homozygous_stated', 'one_stated') as called,
        len(regexp_extract_all(glstring, ':XX|\*[0-9]+(?:[+/|]|$)')) as first_fields,
        len(regexp_extract_all(glstring, '[/|]')) as alternatives,
        len(regexp_extract_all(glstring, '[0-9][GP]\b')) as groups,
        len(regexp_extract_all(glstring, ':')) / (1 + alternatives) as fields,
        min(said) over same_locus <> max(said) over same_locus as disputed
    from stated
    window same_locus as (partition by donor, owner, locus)
), newest as (
    select *
    from compared
    where called
    qualify row_number() over (
        partition by donor, owner, locus
        order by
            contains(flags::varchar, '"preliminary_result"'), state = 'one_stated', resolution = 'low', first_fields,
            resolution = 'generic', alternatives, groups, fields desc, seq desc, ordinal desc, position desc
    ) = 1
)
select
    newest.donor, newest.scheme, newest.owner, newest.source, receipt.receipt, newest.seq, newest.sample, newest.locus, newest.state,
    newest.glstring, newest.release, newest.resolution, newest.method, newest.date, newest.version,
    to_json(list_concat(
        from_json(newest.flags, '["JSON"]'),
        coalesce(typing_flag.flags, []),
        case
            when newest.disputed
            then [to_json({
                code: 'other_typing_differs', token: newest.locus, severity: 'warning',
                message: 'another current typing of this donor and locus says otherwise or could not be read'
            })]
            else []
        end
    ))::varchar as flags
from newest
join receipt using (seq)
left join typing_flag
    on typing_flag.seq = newest.seq and typing_flag.ordinal = newest.ordinal and typing_flag.token = newest.locus;
comment on view feed_typing is 'One row per donor and locus: the finest called typing under the release in use, the newest of several.';

create view feed_donor as
select
    donor,
    owner,
    any_value(scheme) as scheme,
    max(seq) as seq,
    max(glstring) filter (where locus = 'A') as "A",
    max(glstring) filter (where locus = 'B') as "B",
    max(glstring) filter (where locus = 'C') as "C",
    max(glstring) filter (where locus = 'DRB1') as "DRB1",
    max(glstring) filter (where locus = 'DQB1') as "DQB1",
    max(glstring) filter (where locus = 'DPB1') as "DPB1",
    bool_or(flags <> '[]') as flagged
from feed_typing
group by donor, owner;
comment on view feed_donor is 'One row per donor: the GL Strings of the loci that donors are matched at, null where there is none.';

-- The log of a run and its summary may round, and a log may be read before the last drop; what is more is a mistake.
create view differing_account as
select
    report.seq, report.ordinal, value.code, value.label, value.value, value.unit, other.seq as other_seq,
    other_value.value as other_value
from report
join report as other on other.report_key = report.report_key and other.run_key <> report.run_key
join observation as value on value.seq = report.seq and value.ordinal = report.ordinal and value.part = 'final'
join observation as other_value
    on other_value.seq = other.seq and other_value.ordinal = other.ordinal and other_value.part = 'final'
    and other_value.code = value.code and other_value.unit is not distinct from value.unit
where report.kind = 'collection' and report.current and other.kind = 'collection' and other.current
    and abs(value.number - other_value.number) > 0.05 * greatest(abs(value.number), abs(other_value.number));
comment on view differing_account is 'One row per final value of a collection run of which another account of the run says otherwise, by more than 5 %.';
