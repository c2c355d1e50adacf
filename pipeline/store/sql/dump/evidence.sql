-- Bead counts are the raw evidence of a typing by Luminex, and come in a file of their own, often from another source.
-- All that joins the two is the sample's name as both print it; a name that the plate's program gave a well is nobody's.
with joined as materialized (  -- so that the printed records are searched of these few reports alone
    select report.*, own.printed as own_printed
    from (
        select distinct sample, kind, printed
        from report
        where seq = $1
            and sample <> ''
            and (kind = 'typing' or format in ('luminex_xponent', 'luminex_intelliflex'))
    ) as own
    join report on report.sample = own.sample and report.kind <> own.kind
    where report.current
        and report.seq <> $1
        and (report.kind = 'typing' or report.format in ('luminex_xponent', 'luminex_intelliflex'))
)
select joined.sample, receipt.receipt, receipt.source, receipt.name, receipt.received, joined.format, joined.kind
from joined
join receipt using (seq)
where not contains(joined.printed, '"code":"unnamed_sample"')
    and not contains(joined.own_printed, '"code":"unnamed_sample"')
group by all
order by min(joined.seq), joined.sample
