select
    change.seq, receipt.receipt, report.source, report.sample, report.subject, statement.locus, statement.reported,
    change.kind, nullif(change.before, '') as release_before, change.after as release, before.glstring as glstring_before,
    after.glstring, before.flags::json as flags_before, after.flags::json as flags
from meaning_change as change
join statement on statement.id = change.statement
join meaning as before on before.statement = change.statement and before.release = change.before
join meaning as after on after.statement = change.statement and after.release = change.after
join typing on typing.statement = change.statement and typing.seq < change.seq
join report on report.seq = typing.seq and report.ordinal = typing.ordinal
join receipt on receipt.seq = typing.seq
order by change.seq, typing.seq, typing.ordinal, typing.position
