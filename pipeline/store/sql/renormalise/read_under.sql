-- What came when no release was installed is read under the first one that is.
update statement
set read_under = ?::varchar
where read_under = ''
