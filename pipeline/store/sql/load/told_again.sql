-- The change feed tells a matcher of everybody in the table `concerned`, and of whoever was decided about together with
-- one of them, also by way of others: a decision may hold, or hold no more, and with it those that stand against it.
update report
set changed = ?::bigint
where donor_key in (
    with recursive told as (
        select donor_key from concerned
        union
        select unnest([preferred.donor_key, preferred.other_donor_key])
        from preferred
        join told on told.donor_key in (preferred.donor_key, preferred.other_donor_key)
    )
    select donor_key from told
)
