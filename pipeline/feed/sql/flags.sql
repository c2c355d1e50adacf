-- What is flagged at the typings of these donors. A constant list is looked for before the feed is put together.
select donor, owner, locus, flags
from feed_typing
where list_contains(?::varchar[], donor) and flags <> '[]'
