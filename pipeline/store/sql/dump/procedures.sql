select
    receipt.receipt, report.source, report.format, report.sample, report.subject, procedure.procedure,
    procedure.device, procedure.device_serial, procedure.software, procedure.started, procedure.ended,
    procedure.alarms, coalesce(measured.finals, '[]') as finals, coalesce(measured.readings, 0) as readings,
    report.version, report.current,
    to_json(list_concat(
        from_json(coalesce(report.normalised->'$.sample.flags', '[]'), '["JSON"]'),
        from_json(coalesce(report.normalised->'$.subject.flags', '[]'), '["JSON"]'),
        from_json(coalesce(report.normalised->'flags', '[]'), '["JSON"]'),
        coalesce(versions.flags, []),
        coalesce(differing.flags, [])
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
        list(to_json({code: code, token: token, message: message, severity: severity}) order by token, code, message) as flags
    from report_flag
    group by seq, ordinal
) as versions using (seq, ordinal)
left join (
    select
        differing_account.seq, differing_account.ordinal,
        list(to_json({
            code: 'accounts_differ', token: code,
            message: label || ' is ' || value || ' here and ' || other_value || ' in ' || receipt.receipt
                || ', another account of this run',
            severity: 'error'
        }) order by code, receipt.receipt) as flags
    from differing_account
    join receipt on receipt.seq = differing_account.other_seq
    group by differing_account.seq, differing_account.ordinal
) as differing using (seq, ordinal)
order by procedure.seq, procedure.ordinal
