-- what became of these receipts
select
    receipt, seq, state, format, reason,
    state = 'duplicate' and not exists (
        from receipt as other
        where other.content_key = receipt.content_key and other.source = receipt.source and other.sha256 = receipt.sha256
            and other.state in ('loaded', 'superseded')
    ) as unread
from receipt
where receipt in (select unnest(?::varchar[]))
