insert into ignored_field by name
select unnest(from_json(batch, '[{"seq": "BIGINT", "path": "VARCHAR", "count": "BIGINT"}]'), recursive := true)
from (select ?::varchar as batch)
