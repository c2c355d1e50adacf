insert into contradiction
select one, other, (select release from release_in_use), fields
from (
    select unnest(from_json(found, '[{"one": "INTEGER", "other": "INTEGER", "fields": "INTEGER"}]'), recursive := true)
    from (select ?::varchar as found)
)
