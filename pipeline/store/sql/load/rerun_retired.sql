insert into retired by name
select unnest(from_json(retired, '[{"seq": "BIGINT", "ordinal": "INTEGER", "item": "VARCHAR"}]'), recursive := true)
from (select ?::varchar as retired)
