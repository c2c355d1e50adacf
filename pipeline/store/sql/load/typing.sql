insert into typing by name
select unnest(from_json(typings, '[{
    "seq": "BIGINT", "ordinal": "INTEGER", "position": "INTEGER", "statement": "INTEGER", "method": "VARCHAR",
    "test_id": "VARCHAR", "date": "VARCHAR", "doubts": "VARCHAR"
}]'), recursive := true)
from (select ?::varchar as typings)
