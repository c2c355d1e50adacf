-- Whether a run of the batch, and whether a donor of it, has another report beside the one that the batch brings.
select
    (select count(*) from report where run_key in (select run_key from batch))
        > (select count(distinct run_key) from batch) as runs,
    (select count(*) from report where donor_key in (select donor_key from batch))
        > (select count(distinct donor_key) from batch) as donors
