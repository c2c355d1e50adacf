-- What a person decided against stays so when a later report says whose it is.
update preferred
set other_donor_key = moved.donor_key
from (
    select report.donor_key as before, ranked.donor_key, report.run_key
    from ranked
    join report using (seq, ordinal)
    where ranked.donor_key <> report.donor_key
) as moved
where preferred.other_donor_key = moved.before and preferred.other_run_key = moved.run_key
