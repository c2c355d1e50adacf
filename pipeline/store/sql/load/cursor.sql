update cursor set seq = greatest(seq, ?::bigint) where name = 'spool'
