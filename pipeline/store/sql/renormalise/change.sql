insert into meaning_change
select ?::bigint, statement, ?::varchar, ?::varchar, change
from restated
where change <> ''
order by statement
