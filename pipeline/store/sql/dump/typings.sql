select
    receipt.receipt, report.source, report.format, report.sample, report.subject, typing.locus, typing.state,
    typing.reported, typing.glstring, typing.release, typing.resolution, typing.expression,
    typing.method, typing.date, typing.stated_release, report.version,
    report.current and retired.item is null as current,
    typing.flags, to_json(typing_flag.flags) as version_flags
from read_typing as typing
join report using (seq, ordinal)
join receipt using (seq)
left join retired
    on retired.seq = typing.seq and retired.ordinal = typing.ordinal and retired.item = typing.locus
left join typing_flag
    on typing_flag.seq = typing.seq and typing_flag.ordinal = typing.ordinal and typing_flag.token = typing.locus
order by typing.seq, typing.ordinal, typing.position
