create or replace temp table touched as
select distinct donor_key
from report
where donor_key is not null
