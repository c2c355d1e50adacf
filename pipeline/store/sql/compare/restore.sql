delete from overruled
using (select ?::bigint as seq, ?::varchar as loci) as kept
where overruled.seq = kept.seq and (kept.loci = '' or contains(kept.loci, ' ' || overruled.locus || ' '))
