-- The statements that may mean something else. `anew`: the text, the resolution or a doubt may change; else only the
-- groups do. Pairs, which are nearly all, are looked up by their copies; only the rest is taken apart.
create or replace temp table touched as
select current.id, one.moved = 'anew' or coalesce(other.moved = 'anew', false) as anew
from current
join copy as one on one.copy = current.one
left join copy as other on other.copy = current.other
where current.pair and not current.doubted and (one.moved <> '' or other.moved <> '')
union all
select named.id, bool_or(copy.moved = 'anew') as anew
from (
    select id, unnest(string_split_regex(glstring, '[?^|+~]')) as copy from current where not pair and not doubted
) as named
join copy on copy.copy = named.copy and copy.moved <> ''
group by named.id
union all
select id, true as anew from current where doubted
