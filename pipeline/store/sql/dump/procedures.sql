select
    receipt.receipt, report.source, report.format, report.sample, report.subject, procedure.procedure,
    procedure.device, procedure.device_serial, procedure.software, procedure.started, procedure.ended,
    procedure.alarms, coalesce(measured.finals, '[]') as finals, coalesce(measured.readings, 0) as readings,
    report.version, report.current,
    to_json(list_concat(
        from_json(coalesce(report.normalised->'$.sample.flags', '[]'), '["JSON"]'),
        from_json(coalesce(report.normalised->'$.subject.flags', '[]'), '["JSON"]'),
        from_json(coalesce(report.normalised->'flags', '[]'), '["JSON"]'),
        coalesce(versions.flags, [])
    )) as flags
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
left join (
    select
        seq, ordinal,
        list(to_json({code: code, token: token, message: message, severity: severity}) order by token, code) as flags
    from report_flag
    group by seq, ordinal
) as versions using (seq, ordinal)
order by procedure.seq, procedure.ordinal
