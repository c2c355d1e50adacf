delete from receipt
where seq in (select unnest(from_json(replaced, '["BIGINT"]')) from (select ?::varchar as replaced))
