select
    receipt.receipt, report.source, report.format, report.sample, report.subject, procedure.procedure,
    procedure.device, procedure.device_serial, procedure.software, procedure.started, procedure.ended,
    procedure.alarms, coalesce(measured.finals, '[]') as finals, coalesce(measured.readings, 0) as readings,
    report.version, report.current, coalesce(report.normalised->'flags', '[]') as flags
from procedure
join report using (seq, ordinal)
join receipt using (seq)
left join (
    select
        seq, ordinal,
        to_json(list({
            label: label, code: code, system: system, value: value, unit: unit, volume_basis: volume_basis
        } order by position) filter (where part = 'final')) as finals,
        count(*) filter (where part = 'reading') as readings
    from observation
    where part <> 'result'
    group by seq, ordinal
) as measured using (seq, ordinal)
order by procedure.seq, procedure.ordinal
