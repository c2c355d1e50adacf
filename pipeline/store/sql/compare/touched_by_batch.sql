-- The donors that this batch brings reports about.
create or replace temp table touched as
select distinct donor_key
from batch
where donor_key is not null
