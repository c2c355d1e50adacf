"""Logs of cell separators, read by profiles: one collection report per run (see `parsers.separator_layout`).

Labels that the profile does not map are kept as unmapped, what a run states a second time and otherwise as differing.
"""

import re

import msgspec

from parsers.errors import ParseError
from parsers.format import Document, Format, Profile
from parsers.records import Alarm, CollectionReport, Finding, Ignored, Parsed, Printed, Quantity, Reading
from parsers.separator_layout import Found, Identity, Layout
from parsers.separator_statements import settled_finals, settled_identity

NAME = "separator_log"
_LINE_END = re.compile(r"\x03?(?:\r\n|\r|\n)\x02?|\x03\x02?")
"""Some devices wrap every line in STX .. ETX, with or without an end of line behind it."""

Run = list[tuple[int, str]]
"""The lines of a run with their numbers, from its first line to its last."""


def from_profiles(profiles: tuple[Profile, ...]) -> Format:
    """The format for these layouts. Raises ParseError on a profile that cannot be used."""
    layouts = tuple(Layout(profile) for profile in profiles)
    return Format(
        name=NAME,
        title="cell separator logs, described by profiles",
        verified="invented samples",
        looks_like=lambda head: any(_begins(layout, head) for layout in layouts),
        parse=lambda document: _parse(document, layouts),
    )


def labels(document: Document, profile: Profile) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The labels of a log that a profile maps, and those it does not, each once and in their order.

    Raises ParseError if the profile cannot be used or the log does not hold a whole run of this layout.
    """
    layout = Layout(profile)
    mapped: dict[str, None] = {}
    unmapped: dict[str, None] = {}
    for run in _runs(layout, layout.decode(document.raw))[0]:
        for number, line in run:
            for found in _read(layout, number, line).found:
                (unmapped if isinstance(found, Printed) else mapped)[found.label] = None
    return tuple(mapped), tuple(unmapped)


def _begins(layout: Layout, head: bytes) -> bool:
    try:
        first = head.decode(layout.settings.encoding, errors="ignore").removeprefix("\ufeff").lstrip("\x02\r\n")
    except LookupError:
        return False
    return bool(layout.begins.match(_LINE_END.split(first, maxsplit=1)[0]))


def _parse(document: Document, layouts: tuple[Layout, ...]) -> Parsed:
    fitting = [layout for layout in layouts if _begins(layout, document.head)]
    if len(fitting) != 1:
        raise ParseError(
            "no profile describes this log" if not fitting else "more than one profile describes this log",
            found=document.head.splitlines()[0].decode("latin-1") if document.raw.strip() else "",
            where="line 1",
            expected="a first line as one of: " + ", ".join(each.profile.name for each in fitting or layouts),
            advice="Describe the layout in one profile; `graftline profile test` shows what a profile maps.",
        )
    layout = fitting[0]
    runs, outside = _runs(layout, layout.decode(document.raw))
    reports = tuple(_report(layout, run) for run in runs)
    return Parsed(reports=reports, ignored=(Ignored("outside a run", outside),) if outside else ())


def _runs(layout: Layout, text: str) -> tuple[list[Run], int]:
    """Every run of a log, and the number of lines outside of them. Raises ParseError on an unfinished run."""
    runs: list[Run] = []
    run: Run = []
    outside = 0
    for number, line in enumerate(_LINE_END.split(text.removeprefix("\x02")), start=1):
        begins = bool(layout.begins.search(line))
        if run and begins:
            raise _unfinished(layout, run, number)
        if run or begins:
            run.append((number, line))
        elif line.strip():
            outside += 1
        if run and layout.ends.search(line):
            runs.append(run)
            run = []
    if run:
        raise _unfinished(layout, run, len(_LINE_END.findall(text)))
    if not runs:
        raise _no_run(layout, text)
    return runs, outside


def _no_run(layout: Layout, text: str) -> ParseError:
    return ParseError(
        "no line of this log begins a run",
        found=_LINE_END.split(text.removeprefix("\x02"), maxsplit=1)[0],
        where="line 1",
        expected=f"a line that matches {layout.settings.stream.begins}",
        advice=f"See whether the profile {layout.profile.name} is the one for this log.",
    )


def _unfinished(layout: Layout, run: Run, number: int) -> ParseError:
    return ParseError(
        f"the run that begins in line {run[0][0]} is incomplete: it has no last line",
        found=run[-1][1],
        where=_place(number),
        expected=f"a line that matches {layout.settings.stream.ends}",
        advice="Let the device finish the run and export the log again.",
    )


class Line(msgspec.Struct, frozen=True):
    """A line of a run: an alarm, or the time of a reading (None for any other line) and what the cells hold."""

    alarm: Alarm | None = None
    time: str | None = None
    found: tuple[Found, ...] = ()

    def quantities(self) -> tuple[Quantity, ...]:
        """The values of items that the line holds."""
        return tuple([each for each in self.found if isinstance(each, Quantity)])


def _read(layout: Layout, number: int, line: str) -> Line:
    """What a line holds; no cells where it is an alarm, an end mark or blank."""
    if alarm := layout.alarm.match(line):
        return Line(alarm=Alarm(**alarm.groupdict(default="")))
    reading = layout.reading.match(line)
    time = reading["time"] if reading else None
    if not line.strip() or _is_end_mark(layout, line):
        return Line(time=time)
    return Line(time=time, found=tuple(layout.found_in(line[reading.end() :] if reading else line, number)))


def _is_end_mark(layout: Layout, line: str) -> bool:
    return bool(layout.settings.stream.completed and layout.ends.search(line))


def _report(layout: Layout, run: Run) -> CollectionReport:
    lines = [(_place(number), _read(layout, number, line)) for number, line in run]
    found = [each for _, line in lines for each in line.found]
    identity = settled_identity(each for each in found if isinstance(each, Identity))
    finals = settled_finals((value, where) for where, line in lines if line.time is None for value in line.quantities())
    readings = [Reading(time=each.time, values=each.quantities()) for _, each in lines if each.time is not None]
    return CollectionReport(
        format=NAME,
        **identity.taken,
        profile=layout.profile.name,
        profile_sha256=layout.profile.sha256,
        readings=tuple(readings),
        finals=finals.taken,
        alarms=tuple(each.alarm for _, each in lines if each.alarm),
        unmapped=tuple(each for each in found if isinstance(each, Printed)),
        differing=(*identity.differing, *finals.differing),
        findings=(*_end_findings(layout, run[-1]), *identity.findings, *finals.findings),
    )


def _place(number: int) -> str:
    return f"line {number}"


def _end_findings(layout: Layout, last: tuple[int, str]) -> list[Finding]:
    number, line = last
    if not layout.settings.stream.completed or layout.completed.search(line):
        return []
    return [Finding("run_not_completed", f"the run ended with {line.strip()!r}", _place(number))]
