-- Every two statements that a touched donor has at one locus, that say different things under the release in use, and
-- that have not been found to contradict each other. Superseded reports count: a resubmission can make them current.
-- A statement in phase speaks of each gene that it names; one made by serology has no GL String, but `antigens`.
with stated as materialized (
    select distinct
        report.donor_key, report.donor, report.donor_owner, statement.locus, statement.id, statement.state, meaning.glstring,
        case
            when typing.method = 'SER' and statement.expression = '' and meaning.glstring is null then statement.reported
            else ''
        end as antigens
    from report
    join typing using (seq, ordinal)
    join statement on statement.id = typing.statement
    join meaning on meaning.statement = statement.id and meaning.release = (select release from release_in_use)
    where report.donor_key in (select donor_key from touched)
        and (
            statement.state = 'absent'
            or (
                statement.state in ('two_copies', 'homozygous_stated', 'one_stated', 'novel')
                and (meaning.glstring is not null or antigens <> '')
            )
        )
), spoken as materialized (
    select *, locus as gene from stated where not contains(coalesce(glstring, ''), '~')
    union all
    select *, unnest(list_distinct(regexp_extract_all(glstring, '(?:HLA-)?([A-Za-z0-9]+)[*]', 1)))
    from stated
    where contains(glstring, '~')
)
select distinct
    one.id as one, other.id as other,
    one.locus as one_locus, one.state as one_state, one.glstring as one_glstring, one.antigens as one_antigens,
    other.locus as other_locus, other.state as other_state, other.glstring as other_glstring,
    other.antigens as other_antigens
from spoken as one
join spoken as other
    on other.donor_key = one.donor_key and other.donor = one.donor and other.donor_owner = one.donor_owner
    and other.gene = one.gene and other.id > one.id and other.glstring is distinct from one.glstring
anti join contradiction as known
    on known.one = one.id and known.other = other.id and known.release = (select release from release_in_use)
order by one.id, other.id
