-- What the store already holds of these arrivals: the same number, or the same content that was not a repeat itself.
with asked as materialized (
    select unnest(from_json(batch, '[{"seq": "BIGINT", "content_key": "UBIGINT"}]'), recursive := true)
    from (select ?::varchar as batch)
), met as (
    select seq from receipt where seq in (select seq from asked)
    union
    select seq from receipt where content_key in (select content_key from asked) and state <> 'duplicate'
)
select seq, receipt, source, name, sha256, state, format, reason
from receipt
where seq in (select seq from met)
order by state = 'quarantined', seq
