-- The change feed tells a matcher of every donor that was decided about.
update report
set changed = $decision::bigint
where donor_key in (
    select donor_key from preferred where decision = $decision::bigint
    union
    select other_donor_key from preferred where decision = $decision::bigint
)
