-- What a receipt says of these donors at these loci is held right: an empty list means all of them. Whatever contradicts it
-- now is decided against, also what was decided for before.
insert into preferred
with decided as (
    select disagreement.*, kept.seq = disagreement.seq as is_newer
    from disagreement
    join report as kept
        on (kept.seq, kept.ordinal) in (
            (disagreement.seq, disagreement.ordinal), (disagreement.other_seq, disagreement.other_ordinal)
        )
    where kept.seq = $seq::bigint and disagreement.seq <> disagreement.other_seq
        and (len($loci::varchar[]) = 0 or list_has_all($loci::varchar[], [disagreement.locus, disagreement.other_locus]))
        and (len($donors::varchar[]) = 0 or list_contains($donors::varchar[], kept.donor))
)
select distinct
    $decision::bigint,
    if(is_newer, locus, other_locus), if(is_newer, donor_key, other_donor_key), if(is_newer, said, other_said),
    if(is_newer, other_locus, locus), if(is_newer, other_donor_key, donor_key), if(is_newer, other_said, said),
    if(is_newer, other_run_key, run_key)
from decided
order by all
