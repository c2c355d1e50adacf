insert into receipt_history
select seq, receipt, format, state, reason
from receipt
where seq in (select unnest(from_json(replaced, '["BIGINT"]')) from (select ?::varchar as replaced))
