-- Whom this batch may free or hold back: those whom its runs name, and those who share with them the id of a report, or
-- a receipt in which one report came under two names.
create or replace temp table concerned as
with met as materialized (
    select seq, donor_key, report_key from report where run_key in (select run_key from batch)
), alike as (
    select resembling.*
    from resembling
    join report using (seq, ordinal)
    where resembling.seq in (select seq from met) or resembling.other_seq in (select seq from met)
        or report.report_key in (select report_key from met)
)
select donor_key from met
union
select donor_key from alike join report using (seq, ordinal)
union
select donor_key from alike join report on report.seq = alike.other_seq and report.ordinal = alike.other_ordinal
