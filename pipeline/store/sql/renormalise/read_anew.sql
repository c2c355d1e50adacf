-- The statements that are left to be read one by one.
select
    statement.id, statement.locus, statement.state, statement.reported, statement.expression, statement.stated_release,
    statement.read_under,
    current.glstring, current.resolution, current.doubted, current.elsewhere, meaning.flags
from touched
anti join restated on restated.statement = touched.id
join current using (id)
join statement using (id)
join meaning on meaning.statement = statement.id and meaning.release = (select release from release_in_use)
order by statement.id
