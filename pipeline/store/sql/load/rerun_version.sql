update report
set version = ranked.version, current = ranked.current, replaced_by = ranked.replaced_by, changed = ?::bigint
from ranked
where report.seq = ranked.seq and report.ordinal = ranked.ordinal
and (report.version, report.replaced_by) is distinct from (ranked.version, ranked.replaced_by)
