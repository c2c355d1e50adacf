insert into restated
select
    unnest($statement::integer[]) as statement, unnest($release::varchar[]) as release,
    unnest($glstring::varchar[]) as glstring, unnest($resolution::varchar[]) as resolution,
    unnest($flags::varchar[]) as flags, unnest($change::varchar[]) as change
