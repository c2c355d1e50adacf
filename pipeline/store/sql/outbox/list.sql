select outbox.destination, receipt.receipt || '.' || outbox.ordinal as message, outbox.state, outbox.answer,
    outbox.seq, outbox.ordinal
from outbox
join receipt using (seq)
order by outbox.destination, outbox.seq, outbox.ordinal
