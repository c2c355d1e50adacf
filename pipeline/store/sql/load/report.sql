insert into report by name
select * exclude (message), 1 as version, true as current, ?::bigint as changed
from batch
