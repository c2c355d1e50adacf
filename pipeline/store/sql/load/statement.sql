insert into statement
select
    coalesce((select max(id) from statement), 0) + row_number() over (order by place),
    key, locus, state, reported, expression, stated_release
from asked_statement
anti join statement using (key, locus, state, reported, expression, stated_release)
