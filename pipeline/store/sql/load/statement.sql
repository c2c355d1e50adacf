insert into statement by name
select * rename (release as read_under)
from (
    select unnest(from_json(new, '[{
        "id": "INTEGER", "key": "UBIGINT", "locus": "VARCHAR", "state": "VARCHAR", "reported": "VARCHAR",
        "expression": "VARCHAR", "stated_release": "VARCHAR", "release": "VARCHAR"
    }]'), recursive := true)
    from (select ?::varchar as new)
)
