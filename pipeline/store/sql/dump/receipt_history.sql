select format, state, reason
from receipt_history
where seq = ?
order by format, reason
