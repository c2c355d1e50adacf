insert into report by name
select
    unnest($seq::bigint[]) as seq, unnest($ordinal::integer[]) as ordinal, unnest($source::varchar[]) as source,
    unnest($kind::varchar[]) as kind, unnest($format::varchar[]) as format, unnest($sample::varchar[]) as sample,
    unnest($sample_scheme::varchar[]) as sample_scheme, unnest($subject::varchar[]) as subject,
    unnest($subject_scheme::varchar[]) as subject_scheme, unnest($quality_control::boolean[]) as quality_control,
    unnest($donor::varchar[]) as donor,
    unnest($donor_scheme::varchar[]) as donor_scheme, unnest($donor_owner::varchar[]) as donor_owner,
    unnest($donor_key::ubigint[]) as donor_key, unnest($identity::varchar[]) as identity, unnest($run_key::ubigint[]) as run_key, 1 as version, true as current,
    $changed::bigint as changed, unnest($printed::varchar[]) as printed, unnest($normalised::varchar[]) as normalised
