-- Every two statements that a touched donor has at one locus, that say different things under the release in use, and
-- that have not been found to contradict each other. Superseded reports count: a resubmission can make them current.
with stated as materialized (
    select distinct
        report.donor_key, report.donor, report.donor_owner, statement.locus, statement.id, statement.state, meaning.glstring
    from report
    join typing using (seq, ordinal)
    join statement on statement.id = typing.statement
    join meaning on meaning.statement = statement.id and meaning.release = (select release from release_in_use)
    where report.donor_key in (select donor_key from touched)
        and (
            statement.state = 'absent'
            or (statement.state in ('two_copies', 'homozygous_stated', 'one_stated', 'novel') and meaning.glstring is not null)
        )
)
select distinct
    one.id as one, other.id as other,
    one.state as one_state, one.glstring as one_glstring, other.state as other_state, other.glstring as other_glstring
from stated as one
join stated as other
    on other.donor_key = one.donor_key and other.donor = one.donor and other.donor_owner = one.donor_owner
    and other.locus = one.locus and other.id > one.id and other.glstring is distinct from one.glstring
anti join contradiction as known
    on known.one = one.id and known.other = other.id and known.release = (select release from release_in_use)
order by one.id, other.id
