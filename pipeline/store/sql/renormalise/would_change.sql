-- What `dump changes` would show of a change of release: `found` are the statements that would mean something else.
with found as materialized (
    select unnest(from_json(found, '[{
        "statement": "INTEGER", "release": "VARCHAR", "glstring": "VARCHAR", "flags": "VARCHAR", "change": "VARCHAR"
    }]'), recursive := true)
    from (select ?::varchar as found)
)
select
    receipt.receipt, typing.source, typing.sample, typing.subject, typing.locus, typing.reported,
    found.change as kind, typing.release as release_before, found.release, typing.glstring as glstring_before,
    found.glstring, typing.flags as flags_before, found.flags::json as flags
from found
join (select * from read_typing join report using (seq, ordinal)) as typing using (statement)
join receipt using (seq)
order by typing.seq, typing.ordinal, typing.position
