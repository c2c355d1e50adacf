select receipt.receipt, report.source, message.ordinal, report.sample, report.version, report.current, message.text as message
from message
join report using (seq, ordinal)
join receipt using (seq)
order by message.seq, message.ordinal
