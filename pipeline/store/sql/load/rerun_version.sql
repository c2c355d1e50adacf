update report
set version = ranked.version, current = ranked.current, replaced_by = ranked.replaced_by, donor = ranked.donor,
    donor_scheme = ranked.donor_scheme, donor_owner = ranked.donor_owner, donor_key = ranked.donor_key,
    own_donor = coalesce(report.own_donor, if(ranked.donor_key <> report.donor_key, report.donor, null)),
    own_owner = coalesce(report.own_owner, if(ranked.donor_key <> report.donor_key, report.donor_owner, null))
from ranked
where report.seq = ranked.seq and report.ordinal = ranked.ordinal
    and (report.version, report.replaced_by, report.donor_key)
        is distinct from (ranked.version, ranked.replaced_by, ranked.donor_key)
