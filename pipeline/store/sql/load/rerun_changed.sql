-- A report of which other items stand than before has changed, though its version is the same. Where a run, or an id that two
-- runs share, names several people, what becomes of the report of one may hold back or free that of another.
update report
set changed = ?::bigint
from (
    select ranked.seq, ranked.ordinal
    from ranked
    left join (select seq, ordinal, list(item order by item) as retired from retired group by seq, ordinal) as before
        using (seq, ordinal)
    where ranked.retired <> coalesce(before.retired, [])
    union
    select seq, ordinal
    from report
    where run_key in (
        select report.run_key
        from report
        join ranked using (seq, ordinal)
        group by report.run_key
        having count(distinct report.donor_key) > 1
    )
    union
    select other_seq, other_ordinal from resembling semi join ranked using (seq, ordinal)
    union
    select resembling.seq, resembling.ordinal
    from resembling
    join ranked on ranked.seq = resembling.other_seq and ranked.ordinal = resembling.other_ordinal
) as altered
where report.seq = altered.seq and report.ordinal = altered.ordinal
