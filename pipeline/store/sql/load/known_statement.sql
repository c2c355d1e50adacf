-- The statements that have one of these keys. One that names no release of its own is another under another release.
select id, locus, state, reported, expression, stated_release
from statement
where key in (select unnest(?::ubigint[]))
    and (stated_release <> '' or read_under = (select release from release_in_use))
