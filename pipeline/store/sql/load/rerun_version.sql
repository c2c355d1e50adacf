update report
set version = ranked.version, current = ranked.current, replaced_by = ranked.replaced_by, changed = $1::bigint
from (
    select unnest(from_json(ranks, '[{
        "seq": "BIGINT", "ordinal": "INTEGER", "version": "INTEGER", "current": "BOOLEAN",
        "replaced_by": "BIGINT"
    }]'), recursive := true)
    from (select $2::varchar as ranks)
) as ranked
where report.seq = ranked.seq and report.ordinal = ranked.ordinal
and (report.version, report.replaced_by) is distinct from (ranked.version, ranked.replaced_by)
