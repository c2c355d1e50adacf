select
    statement.id, statement.locus, statement.state, statement.reported, statement.expression, statement.stated_release,
    meaning.glstring, meaning.resolution, meaning.flags::json as flags
from statement
join meaning on meaning.statement = statement.id and meaning.release = (select release from release_in_use)
order by statement.id
