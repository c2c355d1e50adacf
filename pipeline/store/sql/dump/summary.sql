select
    counted.source, counted.received, counted.loaded, counted.duplicates, counted.quarantined, counted.superseded,
    coalesce(explained.reasons, '{}') as reasons
from (
    select
        source,
        count(*) as received,
        count(*) filter (where state in ('loaded', 'superseded')) as loaded,
        count(*) filter (where state = 'duplicate') as duplicates,
        count(*) filter (where state = 'quarantined') as quarantined,
        count(*) filter (where state = 'superseded') as superseded
    from receipt
    group by source
) as counted
left join (
    select source, to_json(map_from_entries(list((reason, times) order by reason))) as reasons
    from (select source, reason, count(*) as times from receipt where state = 'quarantined' group by source, reason)
    group by source
) as explained using (source)
order by counted.source
