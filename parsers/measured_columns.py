"""What the exports of cell counters and cytometers share: named columns that are measures, settings or persons.

    Viability (%)               a measure with its unit
    Total (x10^6) cells/mL      the same; all that stands behind the name is the unit, as printed
    Dilution                    a setting, kept as a property
    Operator                    a person's, counted and not read

A layout names its settings and its personal columns. What it does not know is taken for a measure, so that it gets into
the store, and there carries the flag of an unknown code.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from parsers.errors import ParseError
from parsers.luminex_wells import date_findings
from parsers.records import Finding, Observation, ObservationReport, Printed, identity
from parsers.remembered import remembered
from parsers.text_encoding import decoded

LABEL = re.compile(r"(?P<label>[^(\[].*?) (?P<unit>[(\[].+)")
ENCLOSED = re.compile(r"\(([^()]*)\)|\[([^\[\]]*)\]")
REMARKED = re.compile(r"(?P<value>[^\s(]+) *\((?P<remark>[^()]+)\)")
FAILED = re.compile(r"(?i)error|failed|not determined|n/?a")

CHARSET = Finding("charset", "bytes that are no UTF-8; they were read as ISO 8859-1")
REPEATED = Finding("duplicate_sample_id", "another row of this table has the same sample and the same time")

Cell = tuple[str, str]
"""A column's name and what stands in it."""


class Columns:
    """What a layout knows of its columns.

    `identities` become a field of the report itself: its sample, its date, its device; `date` is the one of the date.
    """

    def __init__(
        self,
        *,
        settings: frozenset[str],
        personal: frozenset[str],
        identities: frozenset[str] = frozenset(),
        date: str = "",
    ) -> None:
        self.settings = settings
        self.personal = personal
        self.date = date
        self._no_measures = settings | personal | identities

    def observations(self, cells: Iterable[Cell]) -> list[Observation]:
        """Every measure that has a value."""
        return [measure(name, text) for name, text in cells if text and name not in self._no_measures]

    def properties(self, cells: Iterable[Cell]) -> list[Printed]:
        """Every setting that has a value."""
        return [Printed(name, text) for name, text in cells if text and name in self.settings]


def measure(name: str, text: str) -> Observation:
    """One measure; a remark in parentheses behind its value is the instrument's own flag."""
    label, unit = label_and_unit(name)
    remarked = REMARKED.fullmatch(text) if text.endswith(")") else None
    if remarked is None:
        return Observation(label=label, value=text, unit=unit)
    return Observation(label=label, value=remarked["value"], unit=unit, flags=(remarked["remark"],))


@remembered
def label_and_unit(name: str) -> tuple[str, str]:
    """The name of a column in front of its unit, and the unit without brackets that enclose all of it."""
    found = LABEL.fullmatch(name)
    if found is None:
        return name, ""
    enclosed = ENCLOSED.fullmatch(found["unit"])
    return found["label"], (enclosed[1] or enclosed[2] or "") if enclosed else found["unit"]


def without_value(observations: Iterable[Observation]) -> tuple[Finding, ...]:
    """A finding on measures in place of which the instrument prints that it failed."""
    failed = [each.label for each in observations if not each.value[:1].isdigit() and FAILED.fullmatch(each.value)]
    if not failed:
        return ()
    return (Finding("instrument_warning", "the instrument prints words in place of values: " + ", ".join(failed)),)


def findings_on(report: ObservationReport, where: str, date_label: str = "") -> Iterator[Finding]:
    """What is odd about one report: nobody's, of an ambiguous date, with words in place of values."""
    if not report.sample:
        yield Finding("no_specimen", "the results name no specimen", where)
    yield from date_findings(date_label, report.date)
    yield from without_value(report.observations)


def marked(reports: Sequence[ObservationReport]) -> tuple[ObservationReport, ...]:
    """The reports, with a finding on those that nothing tells from another row: they pass for versions of one."""
    counts = Counter(map(identity, reports))
    return tuple(
        msgspec.structs.replace(each, findings=(*each.findings, REPEATED)) if counts[identity(each)] > 1 else each
        for each in reports
    )


def text_of(raw: bytes) -> tuple[str, tuple[Finding, ...]]:
    """The text by its byte order mark, or as UTF-8; ISO 8859-1 where it is none, with a finding."""
    try:
        text, doubts = decoded(raw), ()
    except ParseError:
        if b"\0" in raw:
            raise
        return decoded(raw, "latin-1"), (CHARSET,)
    return text, doubts
