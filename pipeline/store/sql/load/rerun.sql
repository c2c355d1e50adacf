-- Every report of the runs in this batch that came in more than one report: these have versions to be told apart.
with rerun as materialized (
    select run_key
    from report
    where run_key in (select run_key from batch)
    group by run_key
    having count(*) > 1
)
select
    report.source, report.identity, report.seq, report.ordinal, report.turn, receipt.receipt, report.normalised
from report
join receipt using (seq)
where report.run_key in (select run_key from rerun)
order by report.source, report.identity, report.seq, report.ordinal
