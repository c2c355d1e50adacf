with changed as (
    select distinct case when subject_scheme = 'GRID' then subject else sample end as donor
    from report
    where changed > ? and not quality_control
)
select changed.donor, coalesce(typed.loci, '{}') as loci, coalesce(typed.flagged, false) as flagged
from changed
left join (
    select
        donor,
        to_json(map_from_entries(list((locus, glstring) order by locus))) as loci,
        bool_or(flags <> '[]') as flagged
    from feed_typing
    where donor in (select donor from changed)
    group by donor
) as typed using (donor)
order by changed.donor
