with changed as (
    select donor, donor_owner as owner from report where changed > $since and donor is not null
    union
    select own_donor, own_owner from report where changed > $since and own_donor is not null
)
select
    changed.donor, changed.owner as source, coalesce(typed.loci, '{}') as loci,
    coalesce(about.flagged, false) or coalesce(typed.flagged, false) as flagged
from changed
left join (
    select
        donor, owner, -- as for `dump donors`
        bool_or(contains(normalised, '"flags":[{') or contains(normalised, '"doubts":[{')) as flagged
    from donor_report
    where donor in (select donor from changed)
    group by donor, owner
) as about using (donor, owner)
left join (
    select
        donor, owner,
        to_json(map_from_entries(list((locus, glstring) order by locus))) as loci,
        bool_or(flags <> '[]') as flagged
    from feed_typing
    where donor in (select donor from changed)
    group by donor, owner
) as typed using (donor, owner)
order by changed.donor, changed.owner
