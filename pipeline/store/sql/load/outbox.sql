insert into outbox
select seq, ordinal, destination, 'waiting', ''
from batch
cross join (
    select unnest(from_json(destinations, '["VARCHAR"]')) as destination
    from (select ?::varchar as destinations)
)
