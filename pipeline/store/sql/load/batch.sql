-- The reports of one batch: what the statements behind this one take their rows from.
create or replace temp table batch as
select
    unnest($seq::bigint[]) as seq, unnest($ordinal::integer[]) as ordinal, unnest($kind::varchar[]) as kind,
    unnest($run_key::ubigint[]) as run_key, unnest($donor_key::ubigint[]) as donor_key, unnest($measured::varchar[]) as measured
