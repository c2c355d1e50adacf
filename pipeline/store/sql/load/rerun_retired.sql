insert into retired by name
select seq, ordinal, unnest(retired) as item
from ranked
