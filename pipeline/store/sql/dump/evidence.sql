-- Bead counts are the raw evidence of a typing by Luminex, and come in a file of their own, often from another source.
-- All that joins the two is the sample's name as both print it; a name that the plate's program gave a well is nobody's.
select
    report.sample, receipt.receipt, receipt.source, receipt.name, receipt.received, report.format, report.kind
from report
join receipt using (seq)
where report.current
    and report.seq <> $1
    and not contains(report.printed, '"code":"unnamed_sample"')
    and (report.kind = 'typing' or report.format in ('luminex_xponent', 'luminex_intelliflex'))
    and exists (
        from report as own
        where own.seq = $1
            and own.sample = report.sample
            and own.sample <> ''
            and not contains(own.printed, '"code":"unnamed_sample"')
            and case own.kind
                when 'typing' then report.kind = 'observations'
                else report.kind = 'typing' and own.format in ('luminex_xponent', 'luminex_intelliflex')
            end
    )
group by all
order by min(report.seq), report.sample
