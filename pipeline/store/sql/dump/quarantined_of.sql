-- The receipts of one source, behind a sequence number, that could not be read.
select receipt, seq, name, received, reason
from receipt
where state = 'quarantined' and source = ? and seq > ?
order by seq
