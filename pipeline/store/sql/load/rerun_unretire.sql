delete from retired
where (seq, ordinal) in (
    select (ranked.seq, ranked.ordinal)
    from (
        select unnest(from_json(ranks, '[{"seq": "BIGINT", "ordinal": "INTEGER"}]')) as ranked
        from (select ?::varchar as ranks)
    )
)
