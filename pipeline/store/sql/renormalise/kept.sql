-- Statements that mean the same under the new release: another release may be in doubt beside the one they state.
insert into meaning
select meaning.statement, $release, meaning.glstring, meaning.resolution, stated.flags
from meaning
join statement on statement.id = meaning.statement
join (
    select unnest($stated::varchar[]) as stated_release, unnest($flags::varchar[]) as flags
) as stated using (stated_release)
anti join restated on restated.statement = meaning.statement
anti join meaning as known on known.statement = meaning.statement and known.release = $release
where meaning.release = (select release from release_in_use)
order by meaning.statement
