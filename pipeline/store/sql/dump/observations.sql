with said as (
    select seq, ordinal, json_extract(normalised, '$.comments') as comments from report where kind = 'observations'
)
select
    receipt.receipt, report.source, report.format, report.sample as specimen, report.subject, report.quality_control,
    observation.part, observation.label, observation.code, observation.system, observation.sub_id, observation.value,
    observation.number, observation.comparator, observation.unit, observation.volume_basis, observation.time,
    observation.status, observation.reference_range, observation.analyser_flags, observation.comments,
    coalesce(said.comments, '[]') as report_comments, report.version,
    report.current and retired.item is null as current,
    observation.flags, to_json(typing_flag.flags) as version_flags
from observation
join report using (seq, ordinal)
join receipt using (seq)
left join said on said.seq = observation.seq and said.ordinal = observation.ordinal
left join retired
    on retired.seq = observation.seq and retired.ordinal = observation.ordinal
    and retired.item = coalesce(nullif(observation.code, ''), observation.label)
left join typing_flag
    on typing_flag.seq = observation.seq and typing_flag.ordinal = observation.ordinal
    and typing_flag.token = coalesce(nullif(observation.code, ''), observation.label)
order by observation.seq, observation.ordinal, observation.part, observation.position
