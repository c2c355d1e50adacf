insert into typing_normal
select
    seq, ordinal, position, meant.release, meant.glstring, coalesce(meant.resolution, 'generic'),
    coalesce(meant.flags, '[]'), true
from locus
