insert into meaning by name
select id as statement, release, glstring, resolution, flags
from (
    select unnest(from_json(new, '[{
        "id": "INTEGER", "release": "VARCHAR", "glstring": "VARCHAR", "resolution": "VARCHAR", "flags": "VARCHAR"
    }]'), recursive := true)
    from (select ?::varchar as new)
)
