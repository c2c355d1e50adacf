-- what became of these receipts
select receipt, seq, state, format, reason
from receipt
where receipt in (select unnest(?::varchar[]))
