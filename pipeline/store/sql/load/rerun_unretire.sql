delete from retired
where (seq, ordinal) in (select (seq, ordinal) from ranked)
