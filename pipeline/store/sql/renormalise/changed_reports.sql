-- The change feed tells a matcher of every donor whose typing means something else now.
update report
set changed = ?::bigint
where (seq, ordinal) in (
    select (seq, ordinal)
    from typing
    where statement in (select statement from restated where change <> '')
)
