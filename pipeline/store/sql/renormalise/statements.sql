-- The statements that may mean something else: those that name one of these copies, and those that are in doubt or not
-- understood. `anew`: the text, the resolution or a doubt may change; else only its groups do.
with current as (
    select
        statement.id, statement.locus, statement.state, statement.reported, statement.expression, statement.stated_release,
        meaning.glstring, meaning.resolution, meaning.flags,
        meaning.glstring is null or contains(statement.expression, '#') or ( -- a GL String Code names a release itself
            meaning.flags <> '[]'
            and json_extract_string(meaning.flags, '$[*].code') <> ['release_differs']
        ) as doubted
    from statement
    join meaning on meaning.statement = statement.id and meaning.release = (select release from release_in_use)
), judged as (
    select unnest($copies::varchar[]) as copy, unnest($anew::boolean[]) as anew
), touched as (
    select id, bool_or(judged.anew) as anew
    from (select id, unnest(string_split_regex(glstring, '[?^|+~]')) as copy from current)
    join judged using (copy)
    group by id
)
select current.* exclude (flags), current.flags::json as flags, doubted or coalesce(touched.anew, false) as anew
from current
left join touched using (id)
where doubted or touched.id is not null
order by current.id
