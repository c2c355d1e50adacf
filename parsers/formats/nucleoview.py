"""NucleoView's export of one count (CSV): NucleoCounter NC-200 and NC-202, a key and its value on each line.

    Viability and Cell Count Assay - plain cells; ;          the protocol
    Image;20260105-0012-c-INV-7;                             the name of the image; the sample stands nowhere else
    Viability (%);68.2;
    Live (cells/ml);2.45E6;                                  also <8, Not determined, 3.58E3 (Out of optimal range)
    ; ;
    Instrument type;NucleoView NC-200
    Date time;20260105 163016
    //[ECEC5A41]                                             the end: without it the file is not whole

A cell may be broken over two lines. Spreadsheets that saved the file again pad each line with commas. Operators, logins
and computers are left out. A remark in parentheses behind a value is the instrument's own flag.

Source: exports of NucleoView 1.4 from an NC-200, and an older one without the lines about the instrument.
"""

import re

from msgspec.structs import replace

from parsers.control_specimens import is_control
from parsers.errors import ParseError
from parsers.format import Document, Format
from parsers.measured_columns import Cell, Columns, findings_on, text_of
from parsers.records import Finding, Ignored, ObservationReport, Parsed
from parsers.tables import EXPORT_AGAIN
from parsers.text_encoding import decoded

SIGN = re.compile(r"\A[^;\n]*Assay[^;\n]*;[ ;,]*\nImage;")
REMARK = re.compile(r"\(.*\)")
"""A key may begin with a parenthesis, too: `(%) of cells in aggregates with five or more cells`."""
END = re.compile(r"//\[[0-9A-F]+\]")
IMAGE, SAMPLE, DATE, PROTOCOL = "Image", "Sample ID", "Date time", "Protocol"
DEVICE = ("Instrument type", "Instrument s/n")
FROM_IMAGE = Finding("sample_from_name", "no sample is named; the name of the image stands for it")
COLUMNS = Columns(
    identities=frozenset({SAMPLE, DATE, *DEVICE}),
    personal=frozenset({"Operator", "Login ID", "PC"}),
    settings=frozenset(
        {
            PROTOCOL, IMAGE, "Sample Volume (ul)", "Dilution Volume (ul)", "Multiplication factor", "cm filename",
            "Protocol template title", "Protocol template purpose", "Protocol template filename",
            "Protocol adaptation title", "Protocol adaptation purpose", "Protocol adaptation filename",
            "Time zone offset", "Application SW version", "21 CFR Part 11", "Event log format", "csv file version",
        }
    ),
)  # fmt: skip


def looks_like(head: bytes) -> bool:
    """Whether the first line names an assay and the second the image."""
    try:
        return SIGN.match(decoded(head, "latin-1")) is not None
    except ParseError:  # the beginning of another encoding, cut within a character
        return False


def parse(document: Document) -> Parsed:
    """The one report of an export. Raises ParseError."""
    text, doubts = text_of(document.raw)
    cells = _cells(_lines(text))
    named = dict(cells)
    report = _report(cells, named)
    doubts += (FROM_IMAGE,) if report.sample and not named.get(SAMPLE) else ()
    return Parsed(
        reports=(replace(report, findings=(*doubts, *findings_on(report, "line 2"))),),
        ignored=tuple(Ignored(name, 1) for name in sorted(COLUMNS.personal) if named.get(name)),
    )


def _report(cells: list[Cell], named: dict[str, str]) -> ObservationReport:
    sample = named.get(SAMPLE) or named.get(IMAGE, "")
    return ObservationReport(
        format="nucleoview",
        sample=sample,
        device=" ".join(filter(None, map(named.get, DEVICE))),
        date=named.get(DATE, ""),
        quality_control=is_control(sample),
        observations=tuple(COLUMNS.observations(cells)),
        properties=tuple(COLUMNS.properties(cells)),
    )


def _lines(text: str) -> list[str]:
    """The lines in front of the checksum, without a spreadsheet's padding. Raises ParseError if it is missing."""
    lines = text.split("\n")
    if all(line.endswith(",") for line in lines if line.strip()):
        lines = [line.rstrip(",") for line in lines]
    for number, line in enumerate(lines):
        if line.lstrip().startswith("//") and END.fullmatch(line.strip()):
            return lines[:number]
    raise ParseError(
        "this export ends before its checksum: it is still being written, or was cut short",
        where=f"line {len(lines)}",
        expected="a line like //[ECEC5A41] as the last one",
        advice=EXPORT_AGAIN,
    )


def _cells(lines: list[str]) -> list[Cell]:
    """Keys and values; a line that is no key, or a remark alone, goes on with the value above it.

    Raises ParseError without a value.
    """
    cells: list[list[str]] = []
    for line in lines:
        key, *values = map(str.strip, line.split(";"))
        value = ";".join(filter(None, values))
        if cells and key and not value and (not values or REMARK.fullmatch(key)):
            cells[-1][1] = f"{cells[-1][1]} {key}".strip()
        elif key or value:
            cells.append([key, value])
    if len(cells) < 2 or not any(value for _, value in cells):
        raise ParseError("this export holds no value", where="line 1", expected="lines like Viability (%);98.2;")
    return [(PROTOCOL, cells[0][0]), *((name, value) for name, value in cells[1:])]


FORMAT = Format(
    name="nucleoview",
    title="NucleoView count of one sample (cell count and viability)",
    verified="real samples",
    looks_like=looks_like,
    parse=parse,
    ignores=tuple(sorted(COLUMNS.personal)),
)
