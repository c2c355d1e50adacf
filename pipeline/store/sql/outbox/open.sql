insert into destination
select $1, $2
where $1 not in (select name from destination)
