insert into meaning
select statement.id, asked.release, asked.glstring, asked.resolution, asked.flags
from asked_statement as asked
join statement using (key, locus, state, reported, expression, stated_release)
anti join meaning on meaning.statement = statement.id and meaning.release = asked.release
order by asked.place
