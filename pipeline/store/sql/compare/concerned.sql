-- Whom a decision frees or holds back: those who were decided about, and whoever was held back together with one.
create or replace temp table concerned as
with decided as (
    select donor_key from preferred where decision = $decision::bigint
    union
    select other_donor_key from preferred where decision = $decision::bigint
)
select donor_key from decided
union
select other_donor_key from disagreement where donor_key in (select donor_key from decided)
union
select donor_key from disagreement where other_donor_key in (select donor_key from decided)
