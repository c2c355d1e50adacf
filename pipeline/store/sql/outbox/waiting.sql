select outbox.seq, outbox.ordinal, receipt.receipt, message.text as message
from outbox
join message using (seq, ordinal)
join receipt using (seq)
where outbox.destination = $1 and outbox.state = 'waiting'
order by outbox.seq, outbox.ordinal
limit $2
