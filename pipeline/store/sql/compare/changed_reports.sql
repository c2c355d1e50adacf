-- The change feed tells a matcher of every donor that was decided about, and of whoever was held back together with one.
with decided as (
    select donor_key from preferred where decision = $decision::bigint
    union
    select other_donor_key from preferred where decision = $decision::bigint
)
update report
set changed = $decision::bigint
where donor_key in (
    select donor_key from decided
    union
    select other_donor_key from disagreement where donor_key in (select donor_key from decided)
    union
    select donor_key from disagreement where other_donor_key in (select donor_key from decided)
)
