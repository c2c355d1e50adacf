-- The reports of the runs that a batch touched: what the statements behind this one give their versions by.
create or replace temp table ranked as
select unnest(from_json(ranks, '[{
    "seq": "BIGINT", "ordinal": "INTEGER", "version": "INTEGER", "current": "BOOLEAN", "replaced_by": "BIGINT"
}]'), recursive := true)
from (select ?::varchar as ranks)
