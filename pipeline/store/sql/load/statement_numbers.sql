select statement.id, locus, state, reported, expression, stated_release
from asked_statement
join statement using (key, locus, state, reported, expression, stated_release)
