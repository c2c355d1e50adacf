insert into message
select unnest($seq::bigint[]), unnest($ordinal::integer[]), unnest($message::varchar[])
