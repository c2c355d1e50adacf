"""OptiType's `<prefix>_result.tsv`: HLA class I at two fields, called from sequencing reads.

    (blank)  A1        A2        B1        B2        C1        C2        Reads  Objective      separated by tabs
    0        A*01:01   A*29:02   B*08:01   B*44:03   C*16:01   C*07:01   1725   1631.85
    1        ...                                                                                the next best solution

Row 0 is the call, the rows below are its runners-up and are counted as ignored. A blank cell is a locus that failed, so
lines are split at tabs and nowhere else. Rows are numbered from 0, each once: other numbers are another result's. The
file names neither the sample nor a nomenclature release: the sample is the prefix of the file's name.

Source: the output of OptiType 1.3 as its authors and the pipelines around it describe it.
"""

import re

from parsers.errors import ParseError
from parsers.format import Document, Format
from parsers.open_end import with_open_end
from parsers.records import Ignored, LocusTyping, Parsed, Printed, TypingReport
from parsers.tables import first_line
from parsers.tool_calls import lines_of, nameless, sample_of
from parsers.typing_states import state_of

HEADER = ["", "A1", "A2", "B1", "B2", "C1", "C2", "Reads", "Objective"]
LOCI = ("A", "B", "C")
ENDINGS = ("_result.tsv",)
MOMENT = re.compile(r"[0-9]{4}(?:_[0-9]{2}){5}")
"""What OptiType puts in place of a prefix that it was not given: when it ran."""


def looks_like(head: bytes) -> bool:
    """Whether the header line is OptiType's."""
    return _cells(first_line(head)) == HEADER


def parse(document: Document) -> Parsed:
    """One report, of row 0. Raises ParseError."""
    lines, is_ended = lines_of(document.raw)
    if not lines or _cells(lines[0][1]) != HEADER:
        raise ParseError(
            "the header is not OptiType's",
            found=lines[0][1] if lines else "",
            where="line 1",
            expected="a tab and A1 A2 B1 B2 C1 C2 Reads Objective, separated by tabs",
        )
    rows = [_row(place, *line) for place, line in enumerate(lines[1:])]
    if not rows:
        raise ParseError(
            "row 0, the call, is missing", where="line 2", expected="a row that begins with 0", advice="Run it again."
        )
    report = _report(rows[0], document.name)
    return Parsed(
        reports=(report if is_ended else with_open_end(report),),  # the calls stand before the last cell of their row
        ignored=tuple(Ignored(f"row {number}", 1) for number in range(2, len(rows) + 1)),
    )


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.split("\t")]


def _row(place: int, number: int, line: str) -> list[str]:
    cells = _cells(line)
    if len(cells) != len(HEADER):
        raise ParseError(
            f"this row has {len(cells)} cells",
            where=f"line {number}",
            expected=f"{len(HEADER)} cells separated by tabs",
            advice="Do not open and save the file with another program on the way.",
        )
    if cells[0] != str(place):
        raise ParseError(
            "this row has not the number that comes next",
            found=cells[0],
            where=f"line {number}",
            expected=f"row {place}: one result, with its rows in order",
            advice="Do not join results in one file; if a row is missing, run it again.",
        )
    return cells


def _report(row: list[str], name: str) -> TypingReport:
    return TypingReport(
        format="optitype",
        sample=_sample(name),
        software="OptiType",
        loci=tuple(_typing(locus, row[1 + 2 * place : 3 + 2 * place]) for place, locus in enumerate(LOCI)),
        properties=(Printed("Reads", row[7]), Printed("Objective", row[8])),
    )


def _sample(name: str) -> str:
    sample = sample_of(name, ENDINGS)
    if MOMENT.fullmatch(sample):
        raise nameless(name, ENDINGS)
    return sample


def _typing(locus: str, cells: list[str]) -> LocusTyping:
    stated = "+".join(filter(None, cells))
    return LocusTyping(locus=locus, state=state_of(stated), reported=stated, expression=stated, method="NGS")


FORMAT = Format(
    name="optitype",
    title="OptiType result table (class I, two fields)",
    verified="published descriptions",
    looks_like=looks_like,
    parse=parse,
    sample_in_name=True,
    ignores=("column 1",),
)
