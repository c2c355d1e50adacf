-- Statements that the writer has not met lately, with what they mean.
create or replace temp table asked_statement as
select unnest(from_json(asked, '[{
    "place": "INTEGER", "key": "UBIGINT", "locus": "VARCHAR", "state": "VARCHAR", "reported": "VARCHAR",
    "expression": "VARCHAR", "stated_release": "VARCHAR", "release": "VARCHAR", "glstring": "VARCHAR",
    "resolution": "VARCHAR", "flags": "VARCHAR"
}]'), recursive := true)
from (select ?::varchar as asked)
