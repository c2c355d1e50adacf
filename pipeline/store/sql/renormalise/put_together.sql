-- Pairs under the other release, put together from their copies, where both can be read by themselves. Nobody doubted
-- these, and nobody does now. Statements that state a release of their own are left to be read one by one.
insert into restated
select
    current.id as statement, $release::varchar,
    case
        when other.copy is null then one.text
        when one.place <= other.place then one.text || '+' || other.text
        else other.text || '+' || one.text
    end as called,
    case when coalesce(other.resolution, one.resolution) = one.resolution then one.resolution else 'generic' end as resolution,
    stated.flags,
    case
        when current.glstring <> called then 'restated'
        when one.regrouped or coalesce(other.regrouped, false) then 'regrouped'
        else ''
    end as change
from touched
join current using (id)
join stated using (stated_release)
join copy as one on one.copy = current.one
left join copy as other on other.copy = current.other
where
    touched.anew and current.pair and not current.doubted and not current.elsewhere and one.text is not null
    and (other.copy is null or other.text is not null)
union all
select current.id, $release::varchar, current.glstring, current.resolution, stated.flags, 'regrouped'
from touched
join current using (id)
join stated using (stated_release)
where not touched.anew
