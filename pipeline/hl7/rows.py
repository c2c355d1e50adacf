r"""The segments of our ORU^R01 as values, written and read by the same table of positions.

    OBX|n|type|code^text^system|sub-id|value|unit^^UCUM|range|flags|||status|||time|||^method|device
    NTE|n|L|message|code^token^99GRAFT^severity@position^about^99GRAFT
    NTE|n|L|comment

What HL7 has no place for stands in companion OBX of the local coding system 99GRAFT (codes and titles:
config/codes/graft_attributes.csv), which share the OBX-4 of the result they belong to; OBX-4 `0` is the report itself.
A doubt (Flag) is a note, legible to people and whole for machines, behind the segment that it is about. A note without
NTE-4 is no doubt of ours but the sender's comment.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple, get_args

from parsers.canonical_marks import LOCAL, REPORT_LEVEL
from parsers.er7 import Segment, escape
from pipeline.normalise.records import Flag, Severity
from pipeline.normalise.tables import rows

REPORT_DOUBT = "report"
"""What a note behind a result is marked with if the doubt comes from the rest of the report."""
TITLES = {row["code"]: row["title"] for row in rows("graft_attributes.csv")}
SEVERITIES: dict[str, Severity] = {each: each for each in get_args(Severity)}


class Row(NamedTuple):
    """One OBX: type, code (code, text, system), sub-id, components of the value, and what goes with it."""

    kind: str
    code: tuple[str, str, str]
    sub_id: str
    value: tuple[str, ...]
    unit: str = ""
    reference_range: str = ""
    flags: tuple[str, ...] = ()
    status: str = "F"
    time: str = ""
    method: str = ""
    device: str = ""
    notes: tuple[Flag, ...] = ()
    doubts: tuple[Flag, ...] = ()
    comments: tuple[str, ...] = ()


def attribute(code: str, value: str, sub_id: str = REPORT_LEVEL) -> Row:
    """A companion that carries what HL7 has no place for."""
    return Row("TX", (code, TITLES[code], LOCAL), sub_id, (value,))


def attributes(sub_id: str = REPORT_LEVEL, **values: str | None) -> Iterator[Row]:
    """Companions for the values that are there."""
    return (attribute(code, value, sub_id) for code, value in values.items() if value)


def joined(components: Iterable[str], separator: str = "^") -> str:
    """Values as components, escaped, without empty ones at the end."""
    return separator.join([escape(each) if each else "" for each in components]).rstrip(separator)


coded = lru_cache(maxsize=4096)(joined)
"""The same of a code, its text and its system, which come again and again."""


def write_rows(found: Iterable[Row]) -> Iterator[str]:
    """Each row written; what most reports have in common is remembered."""
    return map(_remembered, found)


def write_row(row: Row) -> str:
    """What stands behind the number of a row's OBX, with its notes behind it; `numbered` completes it."""
    if not (row.notes or row.doubts or row.comments):
        return _segment(row)
    doubts = write_notes(row.doubts, REPORT_DOUBT, start=len(row.notes) + 1)
    comments = write_comments(row.comments, start=len(row.notes) + len(row.doubts) + 1)
    return "\r".join((_segment(row), *write_notes(row.notes), *doubts, *comments))


@lru_cache(maxsize=4096)
def write_attribute(code: str, value: str, sub_id: str) -> str:
    """A companion, written."""
    return write_row(attribute(code, value, sub_id))


def numbered(written: Iterable[str]) -> list[str]:
    """The OBX segments of a message, each with its notes behind it."""
    return [f"OBX|{number}|{row}" for number, row in enumerate(written, start=1)]


_remembered = lru_cache(maxsize=4096)(write_row)


def _segment(row: Row) -> str:
    unit = f"{escape(row.unit)}^^UCUM" if row.unit else ""
    method = f"^{escape(row.method)}" if row.method else ""
    return (
        f"{row.kind}|{coded(row.code)}|{escape(row.sub_id)}|{joined(row.value)}|{unit}"
        f"|{escape(row.reference_range)}|{joined(row.flags, '~')}|||{escape(row.status)}|||{row.time}"
        f"|||{method}|{escape(row.device)}"
    ).rstrip("|")


def write_notes(flags: Iterable[Flag], about: str = "", start: int = 1) -> Iterator[str]:
    """The NTE segments of these doubts."""
    for number, flag in enumerate(flags, start=start):
        weight = f"{flag.severity}@{flag.position}" if flag.position else flag.severity
        kind = joined((flag.code, flag.token, LOCAL, weight, about, LOCAL))
        yield f"NTE|{number}|L|{escape(flag.message)}|{kind}"


def write_comments(comments: Iterable[str], start: int) -> Iterator[str]:
    """The NTE segments of a sender's comments."""
    return (f"NTE|{number}|L|{escape(comment)}" for number, comment in enumerate(comments, start=start))


def read_row(obx: Segment, notes: Sequence[Segment]) -> Row:
    """The row that an OBX and its notes were written from."""
    ours, comments = doubts_and_comments(notes)
    return Row(
        kind=obx.value(2),
        code=(obx.value(3), obx.value(3, 2), obx.value(3, 3)),
        sub_id=obx.value(4),
        value=tuple(obx.value(5, place) for place in range(1, len(obx.components(5)) + 1)) or ("",),
        unit=obx.value(6),
        reference_range=obx.value(7),
        flags=tuple(obx.value(8, 1, place) for place in range(1, len(obx.repetitions(8)) + 1)),
        status=obx.value(11),
        time=obx.value(14),
        method=obx.value(17, 2),
        device=obx.value(18),
        notes=tuple(read_note(note) for note in ours if note.value(4, 5) != REPORT_DOUBT),
        doubts=tuple(read_note(note) for note in ours if note.value(4, 5) == REPORT_DOUBT),
        comments=comments,
    )


def doubts_and_comments(notes: Sequence[Segment]) -> tuple[list[Segment], tuple[str, ...]]:
    """The notes that are doubts, and the texts of those that are a sender's comments."""
    return [note for note in notes if note.field(4)], tuple([note.value(3) for note in notes if not note.field(4)])


def read_note(note: Segment) -> Flag:
    """The doubt that a note was written from."""
    severity, _, position = note.value(4, 4).partition("@")
    place = int(position) if position.isdecimal() else None
    return Flag(note.value(4), note.value(4, 2), note.value(3), SEVERITIES.get(severity, "warning"), place)


class Rows:
    """The rows of a message: results in their order, and the companions of each by sub-id and code."""

    def __init__(self, found: Iterable[Row]) -> None:
        self.results: list[Row] = []
        self._companions: dict[str, dict[str, Row]] = {}
        for row in found:
            if row.code[2] == LOCAL:
                self._companions.setdefault(row.sub_id, {})[row.code[0]] = row
            else:
                self.results.append(row)

    def attribute(self, code: str, sub_id: str = REPORT_LEVEL) -> str | None:
        """The value of a companion; None if there is none."""
        row = self._companions.get(sub_id, {}).get(code)
        return row.value[0] if row else None

    def text(self, code: str, sub_id: str = REPORT_LEVEL) -> str:
        """The value of a companion; empty if there is none."""
        return self.attribute(code, sub_id) or ""
