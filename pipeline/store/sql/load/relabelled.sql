-- The change feed tells a matcher of both people of whom one report came.
update report
set changed = ?::bigint
from (
    select seq, ordinal from relabelled where other_seq in (select seq from batch)
    union
    select other_seq, other_ordinal from relabelled where seq in (select seq from batch)
) as other
where report.seq = other.seq and report.ordinal = other.ordinal
