-- The reports of one batch: what the statements behind this one take their rows from.
create or replace temp table batch as
select unnest(from_json(batch, '[{
    "seq": "BIGINT", "ordinal": "INTEGER", "source": "VARCHAR", "kind": "VARCHAR", "format": "VARCHAR",
    "sample": "VARCHAR", "sample_scheme": "VARCHAR", "subject": "VARCHAR", "subject_scheme": "VARCHAR",
    "quality_control": "BOOLEAN", "donor": "VARCHAR", "donor_scheme": "VARCHAR", "donor_owner": "VARCHAR",
    "donor_key": "UBIGINT", "identity": "VARCHAR", "run_key": "UBIGINT", "report_key": "UBIGINT",
    "said_key": "UBIGINT", "turn": "INTEGER", "listing": "BOOLEAN", "withdraws": "BOOLEAN", "printed": "JSON", "normalised": "JSON",
    "message": "VARCHAR"
}]'), recursive := true)
from (select ?::varchar as batch)
