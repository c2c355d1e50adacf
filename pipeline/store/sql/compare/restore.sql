delete from overruled
using decided
where overruled.seq = decided.seq and overruled.ordinal = decided.ordinal and overruled.locus = decided.locus
