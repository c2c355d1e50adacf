-- Only an id that two people share: some programs give one id to a whole project, and in a project people may be alike.
insert into resembling
select distinct
    greatest(batch.seq, report.seq), if(batch.seq > report.seq, batch.ordinal, report.ordinal),
    least(batch.seq, report.seq), if(batch.seq > report.seq, report.ordinal, batch.ordinal)
from batch
join report using (report_key, said_key)
semi join (
    select report_key
    from report
    where report_key in (select report_key from batch)
    group by report_key
    having count(distinct donor_key) = 2
) as shared using (report_key)
where batch.kind = 'typing' and report.seq <> batch.seq and report.donor_key <> batch.donor_key
order by all
