-- What a person held right stays so when a later report says whose it is.
update preferred
set donor_key = moved.donor_key
from (
    select report.donor_key as before, ranked.donor_key, statement.key as said
    from ranked
    join report using (seq, ordinal)
    join typing using (seq, ordinal)
    join statement on statement.id = typing.statement
    where ranked.donor_key <> report.donor_key
) as moved
where preferred.donor_key = moved.before and preferred.said = moved.said
