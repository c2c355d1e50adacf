select asked.release, used.release
from asked_statement as asked
join release_in_use as used on used.release <> asked.release
limit 1
