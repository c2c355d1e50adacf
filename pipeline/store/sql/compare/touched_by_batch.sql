-- The donors that this batch brings reports about, and those who have been named for a report of its runs.
create or replace temp table touched as
select distinct donor_key
from report
where donor_key is not null and run_key in (select run_key from batch)
