-- Whether a run of the batch, a donor of it, and the report id of a typing in it, has another report beside the one that
-- the batch brings; and whether an id that it brings is one that two people have borne.
select
    (select count(*) from report where run_key in (select run_key from batch))
        > (select count(distinct run_key) from batch) as runs,
    (select count(*) from report where donor_key in (select donor_key from batch))
        > (select count(distinct donor_key) from batch) as donors,
    exists (
        select 1
        from batch
        join report using (report_key, said_key)
        where batch.kind = 'typing' and report.seq <> batch.seq
    ) as resembling,
    exists (
        select 1
        from resembling
        join report using (seq, ordinal)
        where report.report_key in (select report_key from batch)
    ) as shared
