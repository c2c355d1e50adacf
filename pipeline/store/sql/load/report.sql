insert into report by name
select * exclude (message), 1 as version, true as current, null as replaced_by, null as own_donor, null as own_owner, ?::bigint as changed
from batch
