-- The reports of the runs that a batch touched: what the statements behind this one give their versions by.
create or replace temp table ranked as
select
    rank.seq, rank.ordinal, rank.version, rank.current, rank.replaced_by, rank.retired, rank.donor.value as donor,
    rank.donor.scheme as donor_scheme, rank.donor.owner as donor_owner, rank.donor.key as donor_key
from (
    select unnest(from_json(ranks, '[{
        "seq": "BIGINT", "ordinal": "INTEGER", "version": "INTEGER", "current": "BOOLEAN", "replaced_by": "BIGINT",
        "retired": ["VARCHAR"],
        "donor": {"value": "VARCHAR", "scheme": "VARCHAR", "owner": "VARCHAR", "key": "UBIGINT"}
    }]')) as rank
    from (select ?::varchar as ranks)
)
