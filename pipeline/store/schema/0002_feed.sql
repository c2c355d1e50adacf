-- What the matcher reads. A donor is known by a GRID where the report gives one, else by the person's number of its
-- source, else by the sample's.
-- Per donor and locus the newest typing that somebody called stands; where another current one says otherwise, or
-- says something that could not be read, the row carries a flag.

-- A GRID names a donor everywhere. A laboratory's own number means something in that laboratory only: `owner` is the
-- source it came from, so that two laboratories' sample 17 stay two donors. Left out are control material, test messages
-- (a report with an error flag of its own), reports about nobody, and the typings of recipients: a patient who is taken
-- for a donor is found by the next patient's search.

create view person_report as
select
    case when by_subject then subject else sample end as donor,
    case when by_subject then subject_scheme else sample_scheme end as scheme,
    case when 'GRID' in (subject_scheme, sample_scheme) then '' else source end as owner,
    report.* exclude (by_subject)
from (
    select *, coalesce(subject, '') <> '' and (subject_scheme = 'GRID' or sample_scheme <> 'GRID') as by_subject
    from report
) as report
where not quality_control
    and (by_subject or sample <> '')
    and not list_contains(json_extract_string(normalised, '$.flags[*].severity'), 'error')
    and not contains(upper(coalesce(json_extract_string(printed, '$.project'), '')), 'RECIPIENT');
comment on view person_report is 'One row per report about a donor, current or not, with the donor it is about.';

create view donor_report as
select * from person_report where current;
comment on view donor_report is 'One row per current report about a donor.';

create view typing_flag as
select seq, ordinal, token, list(to_json({code: code, token: token, message: message, severity: severity}) order by code) as flags
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
        end as statement
    from donor_report
    join read_typing using (seq, ordinal)
), compared as (
    select
        *,
        glstring is not null and not contains(glstring, '~') -- haplotypes over several genes are not split here
            and state in ('two_copies', 'homozygous_stated', 'one_stated') as called,
        min(statement) over same_locus <> max(statement) over same_locus as disputed
    from stated
    window same_locus as (partition by donor, owner, locus)
), newest as (
    select *
    from compared
    where called
    qualify row_number() over (partition by donor, owner, locus order by seq desc, ordinal desc, position desc) = 1
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
comment on view feed_typing is 'One row per donor and locus: the newest called typing under the current release.';

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
