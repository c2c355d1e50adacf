create or replace temp table restated as
select unnest(from_json(found, '[{
    "statement": "INTEGER", "release": "VARCHAR", "glstring": "VARCHAR", "resolution": "VARCHAR", "flags": "VARCHAR",
    "change": "VARCHAR"
}]'), recursive := true)
from (select ?::varchar as found)
