-- In how many contradictions a receipt stands of which the other side stands, too.
select count(*) as contested
from (
    select distinct
        disagreement.locus, disagreement.other_locus, disagreement.seq, disagreement.ordinal, disagreement.statement, disagreement.other_seq,
        disagreement.other_ordinal, disagreement.other_statement
    from disagreement
    join report as kept
        on (kept.seq, kept.ordinal) in (
            (disagreement.seq, disagreement.ordinal), (disagreement.other_seq, disagreement.other_ordinal)
        )
    anti join overruled
        on overruled.locus = if(kept.seq = disagreement.seq, disagreement.other_locus, disagreement.locus)
        and overruled.seq = if(kept.seq = disagreement.seq, disagreement.other_seq, disagreement.seq)
        and overruled.ordinal = if(kept.seq = disagreement.seq, disagreement.other_ordinal, disagreement.ordinal)
    where kept.seq = $1::bigint and disagreement.seq <> disagreement.other_seq
        and (len($2::varchar[]) = 0 or list_contains($2::varchar[], kept.donor))
)
