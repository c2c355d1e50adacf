-- The standing typings that contradict what was decided for.
insert into overruled
select distinct
    case when conflict.seq = decided.seq then conflict.other_seq else conflict.seq end,
    case when conflict.seq = decided.seq then conflict.other_ordinal else conflict.ordinal end,
    conflict.locus, ?::bigint
from conflict
join decided
    on decided.locus = conflict.locus
    and (decided.seq, decided.ordinal) in (
        (conflict.seq, conflict.ordinal), (conflict.other_seq, conflict.other_ordinal)
    )
where conflict.seq <> conflict.other_seq
order by all
