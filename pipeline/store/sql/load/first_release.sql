-- The first typings decide under which release a store is read; after them only a renormalisation does.
insert into release_in_use
select release
from asked_statement
where not exists (select 1 from release_in_use)
limit 1
