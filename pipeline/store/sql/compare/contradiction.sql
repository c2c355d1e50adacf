insert into contradiction
select one, other, locus, (select release from release_in_use), fields
from (
    select unnest(from_json(found, '[{
        "one": "INTEGER", "other": "INTEGER", "locus": "VARCHAR", "fields": "INTEGER"
    }]'), recursive := true)
    from (select ?::varchar as found)
)
