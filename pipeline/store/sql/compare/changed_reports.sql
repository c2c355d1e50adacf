-- The change feed tells a matcher of every donor that was decided about.
update report
set changed = ?::bigint
where donor_key in (select donor_key from decided)
