insert into typing
select
    seq, ordinal, position, meant.locus, meant.state, meant.reported,
    coalesce(said.expression, ''), coalesce(meant.method, ''), coalesce(meant.test_id, ''), coalesce(meant.date, ''),
    coalesce(said.stated_release, '')
from locus
