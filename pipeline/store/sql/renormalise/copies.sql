-- Every distinct copy of a gene that the statements of this store name: few, though there are many statements.
select distinct unnest(string_split_regex(glstring, '[?^|+~]')) as copy
from meaning
where release = (select release from release_in_use) and glstring is not null
order by copy
