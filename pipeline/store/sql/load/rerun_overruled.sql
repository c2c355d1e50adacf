-- What a person has decided against is not right because it is exported again: the same statement, in a newer version.
insert into overruled
select distinct newer.seq, newer.ordinal, overruled.locus, overruled.decision
from overruled
join report as older using (seq, ordinal)
join typing as said using (seq, ordinal)
join statement on statement.id = said.statement and statement.locus = overruled.locus
join report as newer
    on newer.run_key = older.run_key and newer.identity = older.identity and newer.source = older.source
    and newer.seq > older.seq
join typing as again
    on again.seq = newer.seq and again.ordinal = newer.ordinal and again.statement = said.statement
where newer.seq in (select seq from batch)
order by all
