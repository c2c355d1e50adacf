select
    about.donor, about.scheme, about.samples, about.sources, about.receipts, about.kinds,
    coalesce(typed.loci, '{}') as loci, about.flagged or coalesce(typed.flagged, false) as flagged
from (
    select
        donor_report.donor, donor_report.owner, any_value(donor_report.scheme order by donor_report.seq) as scheme,
        to_json(list(distinct donor_report.sample order by donor_report.sample)) as samples,
        to_json(list(distinct donor_report.source order by donor_report.source)) as sources,
        to_json(list(distinct receipt.receipt order by receipt.receipt)) as receipts,
        to_json(list(distinct donor_report.kind order by donor_report.kind)) as kinds,
        -- a report without a doubt has no "flags" in it anywhere, not for a locus, a value or an identifier, nor "doubts"
        bool_or(contains(normalised, '"flags":[{') or contains(normalised, '"doubts":[{')) as flagged
    from donor_report
    join receipt using (seq)
    group by donor_report.donor, donor_report.owner
) as about
left join (
    select
        donor, owner,
        to_json(map_from_entries(list((locus, glstring) order by locus))) as loci,
        bool_or(flags <> '[]') as flagged
    from feed_typing
    group by donor, owner
) as typed using (donor, owner)
order by about.donor, about.owner
