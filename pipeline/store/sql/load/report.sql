insert into report by name
select * exclude (message), 1 as version, true as current, null as replaced_by, ?::bigint as changed
from batch
