select receipt.receipt, receipt.source, receipt.format, ignored_field.path, ignored_field.count
from ignored_field
join receipt using (seq)
order by ignored_field.seq, ignored_field.path
