insert into meaning
select statement, release, glstring, resolution, flags
from restated
anti join meaning using (statement, release)
order by statement
