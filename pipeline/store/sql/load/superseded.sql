-- A receipt is superseded when every report in it has a newer version.
with asked as (
    select unnest(from_json(seqs, '["BIGINT"]')) as seq
    from (select ?::varchar as seqs)
), outdated as (
    select seq
    from report
    where seq in (select seq from asked)
    group by seq
    having not bool_or(current)
), newest as (
    select old.seq, max(new.seq) as by_seq
    from report as old
    join report as new
        on new.run_key = old.run_key and new.source = old.source and new.identity = old.identity and new.current
    where old.seq in (select seq from outdated)
    group by old.seq
)
update receipt
set state = 'superseded', reason = 'every report in it has a newer version; the newest came with ' || later.receipt
from newest
join receipt as later on later.seq = newest.by_seq
where receipt.seq = newest.seq
