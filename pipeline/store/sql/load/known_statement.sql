-- The statements that have one of these keys.
select id, locus, state, reported, expression, stated_release
from statement
where key in (select unnest(?::ubigint[]))
