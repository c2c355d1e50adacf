-- The standing typings that contradict what this receipt says at these loci.
insert into overruled
select distinct
    case when conflict.seq = kept.seq then conflict.other_seq else conflict.seq end,
    case when conflict.seq = kept.seq then conflict.other_ordinal else conflict.ordinal end,
    conflict.locus, kept.decision
from conflict, (select ?::bigint as seq, ?::bigint as decision, ?::varchar as loci) as kept
where kept.seq in (conflict.seq, conflict.other_seq)
    and conflict.seq <> conflict.other_seq
    and (kept.loci = '' or contains(kept.loci, ' ' || conflict.locus || ' '))
order by all
