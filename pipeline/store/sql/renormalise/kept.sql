-- Statements that mean the same under the new release: another release may be in doubt beside the one they state.
insert into meaning
select current.id, $release::varchar, current.glstring, current.resolution, stated.flags
from current
join stated using (stated_release)
anti join restated on restated.statement = current.id
anti join meaning as known on known.statement = current.id and known.release = $release::varchar
order by current.id
