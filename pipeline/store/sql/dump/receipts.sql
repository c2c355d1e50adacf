select receipt, seq, source, name, format, sha256, bytes, received, whole, note, state, reason
from receipt
order by seq
