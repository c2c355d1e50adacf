"""OptiType's `<prefix>_result.tsv`: HLA class I at two fields, called from sequencing reads.

    (blank)  A1        A2        B1        B2        C1        C2        Reads  Objective      separated by tabs
    0        A*01:01   A*29:02   B*08:01   B*44:03   C*16:01   C*07:01   1725   1631.85
    1        ...                                                                                the next best solution

Row 0 is the call, the rows below are its runners-up and are counted as ignored. A blank cell is a locus that failed, so
lines are split at tabs and nowhere else. The file names neither the sample nor a nomenclature release: the sample is
the prefix of the file's name.

Source: the output of OptiType 1.3 as its authors and the pipelines around it describe it.
"""

import re

from parsers.errors import ParseError
from parsers.format import Document, Format
from parsers.records import Finding, Ignored, LocusTyping, Parsed, Printed, TypingReport
from parsers.tables import decoded, first_line
from parsers.typing_states import state_of

HEADER = ["", "A1", "A2", "B1", "B2", "C1", "C2", "Reads", "Objective"]
LOCI = ("A", "B", "C")
SUFFIX = "_result.tsv"
MOMENT = re.compile(r"[0-9]{4}(?:_[0-9]{2}){5}")
"""What OptiType puts in place of a prefix that it was not given: when it ran."""
NO_LINE_END = Finding("no_final_line_end", "the last line has no end: the file may be cut short", "last line")


def looks_like(head: bytes) -> bool:
    """Whether the header line is OptiType's."""
    return _cells(first_line(head)) == HEADER


def parse(document: Document) -> Parsed:
    """One report, of row 0. Raises ParseError."""
    text = decoded(document.raw)
    lines = [(number, line) for number, line in enumerate(text.split("\n"), start=1) if line.strip()]
    if not lines or _cells(lines[0][1]) != HEADER:
        raise ParseError(
            "the header is not OptiType's",
            found=lines[0][1] if lines else "",
            where="line 1",
            expected="a tab and A1 A2 B1 B2 C1 C2 Reads Objective, separated by tabs",
        )
    rows = [_row(number, line) for number, line in lines[1:]]
    if not rows or rows[0][0] != "0":
        raise ParseError(
            "row 0, the call, is missing", where="line 2", expected="a row that begins with 0", advice="Run it again."
        )
    findings = () if text.endswith("\n") else (NO_LINE_END,)
    return Parsed(
        reports=(_report(rows[0], document.name, findings),),
        ignored=tuple(Ignored(f"row {number}", 1) for number in range(2, len(rows) + 1)),
    )


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.lstrip("\ufeff").split("\t")]


def _row(number: int, line: str) -> list[str]:
    cells = _cells(line)
    if len(cells) != len(HEADER):
        raise ParseError(
            f"this row has {len(cells)} cells",
            where=f"line {number}",
            expected=f"{len(HEADER)} cells separated by tabs",
            advice="Do not open and save the file with another program on the way.",
        )
    return cells


def _report(row: list[str], name: str, findings: tuple[Finding, ...]) -> TypingReport:
    return TypingReport(
        format="optitype",
        sample=_sample(name),
        software="OptiType",
        loci=tuple(_typing(locus, row[1 + 2 * place : 3 + 2 * place]) for place, locus in enumerate(LOCI)),
        properties=(Printed("Reads", row[7]), Printed("Objective", row[8])),
        findings=findings,
    )


def _sample(name: str) -> str:
    file_name = name.replace("\\", "/").rpartition("/")[2]
    if not file_name.endswith(SUFFIX) or file_name == SUFFIX or MOMENT.fullmatch(file_name.removesuffix(SUFFIX)):
        raise ParseError(
            "an OptiType result names no sample, and neither does the name of its file",
            found=file_name,
            where="the file name",
            expected=f"the sample followed by {SUFFIX}",
            advice="Name the file after its sample, as OptiType does when it is given a prefix.",
        )
    return file_name.removesuffix(SUFFIX)


def _typing(locus: str, cells: list[str]) -> LocusTyping:
    stated = "+".join(filter(None, cells))
    return LocusTyping(locus=locus, state=state_of(stated), reported=stated, expression=stated, method="NGS")


FORMAT = Format(
    name="optitype",
    title="OptiType result table (class I, two fields)",
    verified="published descriptions",
    looks_like=looks_like,
    parse=parse,
    named=True,
    ignores=("column 1",),
)
