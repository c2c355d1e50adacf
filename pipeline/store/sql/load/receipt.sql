insert into receipt by name
select unnest(from_json(batch, '[{
    "seq": "BIGINT", "receipt": "VARCHAR", "source": "VARCHAR", "name": "VARCHAR", "format": "VARCHAR",
    "sha256": "VARCHAR", "bytes": "BIGINT", "received": "VARCHAR", "whole": "BOOLEAN", "note": "VARCHAR",
    "state": "VARCHAR", "reason": "VARCHAR", "content_key": "UBIGINT"
}]'), recursive := true)
from (select ?::varchar as batch)
