-- A receipt is superseded when every report in it has a newer version.
with asked as (
    select unnest(from_json(seqs, '["BIGINT"]')) as seq
    from (select ?::varchar as seqs)
), newest as (
    select seq, max(replaced_by) as by_seq, bool_or(listing) as listing
    from report
    where seq in (select seq from asked)
    group by seq
    having not bool_or(current)
)
update receipt
set state = 'superseded', reason = case
    when later.seq > receipt.seq then 'every report in it has a newer version; the newest came with ' || later.receipt
    when newest.listing then 'a list that was made later came before, with ' || later.receipt
    else 'every result in it is preliminary, and a final one came before, with ' || later.receipt
end
from newest
join receipt as later on later.seq = newest.by_seq
where receipt.seq = newest.seq
