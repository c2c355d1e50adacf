-- The change feed tells a matcher of both people of whom one report came, and of whoever was decided about together with
-- somebody that this batch brings something of.
update report
set changed = ?::bigint
where donor_key in (
    select other.donor_key
    from relabelled
    join report as other on other.seq = relabelled.seq and other.ordinal = relabelled.ordinal
    where relabelled.other_seq in (select seq from batch)
    union
    select other.donor_key
    from relabelled
    join report as other on other.seq = relabelled.other_seq and other.ordinal = relabelled.other_ordinal
    where relabelled.seq in (select seq from batch)
    union
    select other_donor_key from preferred where donor_key in (select donor_key from batch)
    union
    select donor_key from preferred where other_donor_key in (select donor_key from batch)
)
