select receipt, seq, source, name, format, sha256, bytes, received, whole, note, reason
from receipt
where state = 'quarantined'
order by seq
