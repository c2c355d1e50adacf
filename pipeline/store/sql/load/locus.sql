-- Every typing of the batch once more, as printed and as meant, side by side.
create temp table locus as
with listed as (
    select
        seq, ordinal,
        from_json(normalised, '{"loci": [{
            "locus": "VARCHAR", "state": "VARCHAR", "reported": "VARCHAR", "method": "VARCHAR", "test_id": "VARCHAR",
            "date": "VARCHAR", "release": "VARCHAR", "glstring": "VARCHAR", "resolution": "VARCHAR", "flags": "JSON"
        }]}').loci as meant,
        from_json(printed, '{"loci": [{"expression": "VARCHAR", "stated_release": "VARCHAR"}]}').loci as said
    from batch
    where kind = 'typing'
)
select seq, ordinal, generate_subscripts(meant, 1) - 1 as position, unnest(meant) as meant, unnest(said) as said
from listed
