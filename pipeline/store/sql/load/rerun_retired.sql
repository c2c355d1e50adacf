insert into retired by name
select unnest(from_json(retired, '[{"seq": "BIGINT", "ordinal": "INTEGER", "locus": "VARCHAR"}]'), recursive := true)
from (select ?::varchar as retired)
