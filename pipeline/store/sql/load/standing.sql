-- The last number given to a statement, and the release in use; null if there is none yet.
select coalesce(max(id), 0), (select release from release_in_use)
from statement
