-- Donors whose typings call no allele: by serology, failed, held back.
select distinct donor, owner
from donor_report
join read_typing using (seq, ordinal)
anti join feed_donor using (donor, owner)
order by donor, owner
