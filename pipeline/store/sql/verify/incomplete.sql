-- What receipts and their reports lack of what they say they have. A loaded receipt with a reason asked something and
-- holds no report.
with reports as (
    select
        seq, ordinal, kind,
        coalesce(json_array_length(printed, '$.loci'), 0) as loci,
        coalesce(json_array_length(normalised, '$.observations'), 0)
        + coalesce(json_array_length(normalised, '$.finals'), 0)
        + coalesce(json_array_length(normalised, '$.readings'), 0) as measured
    from report
), typed as (
    select seq, ordinal, count(*) as found
    from typing
    group by seq, ordinal
), meant as (
    select seq, ordinal, count(*) as found
    from read_typing
    group by seq, ordinal
), observed as (
    select seq, ordinal, count(*) as found
    from observation
    group by seq, ordinal
), lacking as (
    select seq, 'reports' as what
    from receipt
    anti join report using (seq)
    where state = 'superseded' or (state = 'loaded' and reason = '')
    union
    select seq, 'reports'
    from report
    group by seq
    having count(*) <= max(ordinal)
    union
    select seq, 'loci of a typing'
    from reports
    left join typed using (seq, ordinal)
    where kind = 'typing' and coalesce(found, 0) <> loci
    union
    select seq, 'the meaning of a typing'
    from typed
    left join meant using (seq, ordinal)
    where meant.found is distinct from typed.found
    union
    select seq, 'values of a report'
    from reports
    left join observed using (seq, ordinal)
    where kind <> 'typing' and coalesce(found, 0) <> measured
    union
    select seq, 'the run of a report'
    from reports
    anti join procedure using (seq, ordinal)
    where kind = 'collection'
    union
    select seq, 'the message of a report'
    from reports
    anti join message using (seq, ordinal)
)
select receipt, what
from lacking
join receipt using (seq)
order by seq, what
