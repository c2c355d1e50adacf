insert into resembling
select distinct
    greatest(batch.seq, report.seq), if(batch.seq > report.seq, batch.ordinal, report.ordinal),
    least(batch.seq, report.seq), if(batch.seq > report.seq, report.ordinal, batch.ordinal)
from batch
join report using (report_key, said_key)
where batch.kind = 'typing' and report.seq <> batch.seq and report.donor_key <> batch.donor_key
order by all
