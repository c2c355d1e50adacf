update report
set version = ranked.version, current = ranked.current, changed = $1::bigint
from (
    select unnest(from_json(ranks, '[{
        "seq": "BIGINT", "ordinal": "INTEGER", "version": "INTEGER", "current": "BOOLEAN"
    }]'), recursive := true)
    from (select $2::varchar as ranks)
) as ranked
where report.seq = ranked.seq and report.ordinal = ranked.ordinal
and (report.version <> ranked.version or report.current <> ranked.current)
