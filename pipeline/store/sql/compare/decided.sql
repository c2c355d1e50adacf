-- The typings of a receipt that a person has decided for; an empty list of loci or donors means all of them.
create or replace temp table decided as
select distinct report.seq, report.ordinal, report.donor_key, statement.locus
from report
join typing using (seq, ordinal)
join statement on statement.id = typing.statement
where report.seq = $seq::bigint and report.donor is not null
    and (len($loci::varchar[]) = 0 or list_contains($loci::varchar[], statement.locus))
    and (len($donors::varchar[]) = 0 or list_contains($donors::varchar[], report.donor))
