insert into observation
with listed as (
    select
        seq, ordinal, kind,
        from_json(normalised, '{"observations": "JSON", "finals": "JSON", "readings": "JSON"}') as normal
    from batch
    where kind <> 'typing'
), typed as (
    select
        seq, ordinal, part,
        from_json(meant, '[{
            "label": "VARCHAR", "code": "VARCHAR", "system": "VARCHAR", "value": "VARCHAR", "number": "DOUBLE",
            "comparator": "VARCHAR", "unit": "VARCHAR", "volume_basis": "VARCHAR", "time": "VARCHAR",
            "status": "VARCHAR", "reference_range": "VARCHAR", "analyser_flags": "JSON", "sub_id": "VARCHAR",
            "comments": "JSON", "flags": "JSON"
        }]') as meant
    from (
        select seq, ordinal, 'result' as part, normal.observations as meant from listed
        union all
        select seq, ordinal, 'final', normal.finals from listed
        union all
        select seq, ordinal, 'reading', normal.readings from listed
    )
), single as (
    select seq, ordinal, part, generate_subscripts(meant, 1) as position, unnest(meant) as meant
    from typed
)
select
    seq, ordinal, part, position - 1, meant.label, meant.code, meant.system, meant.value, meant.number,
    coalesce(meant.comparator, ''), meant.unit, meant.volume_basis, meant.time, coalesce(meant.status, ''),
    coalesce(meant.reference_range, ''), coalesce(meant.analyser_flags, '[]'), coalesce(meant.sub_id, ''),
    coalesce(meant.comments, '[]'), coalesce(meant.flags, '[]')
from single
