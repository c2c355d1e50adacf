select
    receipt.receipt, report.source, report.format, report.ordinal, report.kind, report.sample, report.subject,
    report.version, report.current, report.printed::json as printed, report.normalised::json as normalised, flagged.flags
from report
join receipt using (seq)
left join (
    select
        seq, ordinal,
        to_json(list({code: code, token: token, message: message, severity: severity} order by token, code, message)) as flags
    from report_flag
    group by seq, ordinal
) as flagged using (seq, ordinal)
order by report.seq, report.ordinal
