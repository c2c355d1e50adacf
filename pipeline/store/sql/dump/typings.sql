select
    receipt.receipt, report.source, report.format, report.sample, report.subject, typing.locus, typing.state,
    typing.reported, typing_normal.glstring, typing_normal.release, typing_normal.resolution, typing.expression,
    typing.method, typing.date, typing.stated_release, report.version, report.current,
    typing_normal.flags, to_json(typing_flag.flags) as version_flags
from typing
join report using (seq, ordinal)
join receipt using (seq)
join typing_normal using (seq, ordinal, position)
left join typing_flag
    on typing_flag.seq = typing.seq and typing_flag.ordinal = typing.ordinal and typing_flag.token = typing.locus
where typing_normal.current
order by typing.seq, typing.ordinal, typing.position
