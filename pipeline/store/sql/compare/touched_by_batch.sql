-- The donors that this batch brings reports about.
create or replace temp table touched as
select distinct donor_key
from report
where (seq, ordinal) in (select (seq, ordinal) from batch) and donor_key is not null
