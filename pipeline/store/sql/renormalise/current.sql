-- Every statement as it is read now. Nearly all are a `pair`: one copy of a gene, or two. `doubted`: not understood or in
-- doubt, or a GL String Code, which names a release itself. `elsewhere`: it states another release than the one in use,
-- so that its names are looked up there and not in what the release in use made of them.
create or replace temp table current as
select
    statement.id, statement.stated_release, meaning.glstring, meaning.resolution,
    split_part(glstring, '+', 1) as one, nullif(split_part(glstring, '+', 2), '') as other,
    glstring is not null and split_part(glstring, '+', 3) = '' and not (
        contains(glstring, '?') or contains(glstring, '^') or contains(glstring, '|') or contains(glstring, '~')
    ) as pair,
    glstring is null or contains(statement.expression, '#') or (
        meaning.flags <> '[]'
        and json_extract_string(meaning.flags, '$[*].code') <> ['release_differs']
    ) as doubted,
    meaning.flags <> '[]' as elsewhere
from statement
join meaning on meaning.statement = statement.id and meaning.release = (select release from release_in_use)
