delete from report_flag
where (seq, ordinal) in (select (seq, ordinal) from ranked)
