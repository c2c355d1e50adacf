-- The reports of one batch, once, as JSON; the tables below take their rows from here.
create temp table batch as
select unnest(from_json(batch, '[{
    "seq": "BIGINT", "ordinal": "INTEGER", "source": "VARCHAR", "kind": "VARCHAR", "format": "VARCHAR",
    "sample": "VARCHAR", "sample_scheme": "VARCHAR", "subject": "VARCHAR", "subject_scheme": "VARCHAR",
    "quality_control": "BOOLEAN", "identity": "VARCHAR", "run_key": "UBIGINT",
    "printed": "JSON", "normalised": "JSON", "message": "VARCHAR"
}]'), recursive := true)
from (select ?::varchar as batch)
