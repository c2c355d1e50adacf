"""The table that BD's clinical cytometry software exports (FACSCanto, FACSLyric), for panels that count CD34+ cells.

    Sample ID  Panel Name  Cytometer   Date Analyzed  Bead Lot ID  (Average) CD34+ Abs Cnt  CD34/CD45 CD34+ Abs Cnt ...
    INV-31     CD34/CD45   FACSCanto   2026-01-14     0042         41.3                     40.9          tab or comma

One report a row. A column of one tube is named after the panel and then the measure, the mean of the tubes begins with
`(Average)`; both keep the measure's own name as their label. The laboratory's columns differ with its panels, so a
column that is not known for a setting is kept as a measure. No column states a unit, so none is made up. Names,
operators and comments about persons are counted.

Source: published descriptions of these tables for lymphocyte panels; no table of a CD34 panel has been seen.
"""

from msgspec.structs import replace

from parsers.control_specimens import is_control
from parsers.errors import ParseError
from parsers.format import Document, Format
from parsers.luminex_wells import date_findings
from parsers.measured_columns import NO_LINE_END, NO_SPECIMEN, Columns, marked, text_of, without_value
from parsers.records import Finding, Ignored, Observation, ObservationReport, Parsed
from parsers.tables import Row, first_line, header_of, read_text_table, separator_of

SAMPLE, PANEL, DATE = "Sample ID", "Panel Name", "Date Analyzed"
DEVICE = ("Cytometer", "Cytometer Serial Number")
NEEDED = (SAMPLE, PANEL, "Cytometer")
MARKER = "CD34"
MEAN = "(Average)"
COLUMNS = Columns(
    identities=frozenset({SAMPLE, DATE, *DEVICE}),
    personal=frozenset(
        {
            "Operator", "Director", "Sample Name", "Patient Name", "Patient ID", "Physician", "Date of Birth",
            "Birth Date", "Gender", "Age", "Case Number", "Comments",
        }
    ),
    settings=frozenset(
        {
            PANEL, "Institution", "Collection Date", "Draw Date", "Carrier ID", "Tube Position", "Position",
            "Software Version", "Bead Lot ID", "Absolute Bead Count", "Bead Lot Expiration", "Reagent Lot ID",
            "Reagent Lot Expiration", "Dilution Factor", "FCS Filename", "FCS File", "Specimen Type",
        }
    ),
)  # fmt: skip


def looks_like(head: bytes) -> bool:
    """Whether the header names sample, panel and cytometer, and a column about CD34."""
    line = first_line(head).lstrip("\ufeff")
    return _is_header(header_of(line, separator_of(line)))


def _is_header(header: tuple[str, ...]) -> bool:
    return set(NEEDED) <= set(header) and any(MARKER in name for name in header)


def parse(document: Document) -> Parsed:
    """One report a row. Raises ParseError."""
    text, doubts = text_of(document.raw)
    table = read_text_table(text, separator_of(first_line(document.head).lstrip("\ufeff")))
    if not _is_header(table.header) or not table.rows:
        raise ParseError(
            "this table names no sample, panel and cytometer with a count of CD34, or holds no row",
            where="line 1",
            expected=f"the columns {', '.join(NEEDED)}, one with {MARKER} in its name, and rows below them",
        )
    doubts += () if text.endswith("\n") else (NO_LINE_END,)
    left = [name for row in table.rows for name, cell in zip(table.header, row.cells, strict=True) if cell]
    return Parsed(
        reports=marked([_report(table.header, row, doubts) for row in table.rows]),
        ignored=tuple(Ignored(name, left.count(name)) for name in sorted(COLUMNS.personal) if name in left),
    )


def _report(header: tuple[str, ...], row: Row, doubts: tuple[Finding, ...]) -> ObservationReport:
    cells = tuple(zip(header, row.cells, strict=True))
    named = dict(cells)
    sample, panel, date = named[SAMPLE], named[PANEL], named.get(DATE, "")
    observations = tuple(_of_tube(each, panel) for each in COLUMNS.observations(cells))
    return ObservationReport(
        format="bd_cd34",
        sample=sample,
        report_id=f"{date} {panel}".strip(),
        device=" ".join(filter(None, map(named.get, DEVICE))),
        date=date,
        quality_control=is_control(sample),
        observations=observations,
        properties=tuple(COLUMNS.properties(cells)),
        findings=(
            *doubts,
            *(() if sample else (Finding("no_specimen", NO_SPECIMEN, f"line {row.line}"),)),
            *date_findings(DATE, date),
            *without_value(observations),
        ),
    )


def _of_tube(observation: Observation, panel: str) -> Observation:
    """The measure under its own name; which tube it is of, or that it is the mean of all, as its sub-id."""
    for tube in filter(None, (MEAN, panel)):
        if observation.label.startswith(f"{tube} "):
            return replace(observation, label=observation.label.removeprefix(f"{tube} "), sub_id=tube)
    return observation


FORMAT = Format(
    name="bd_cd34",
    title="BD clinical cytometry table with CD34+ counts (FACSCanto, FACSLyric)",
    verified="published descriptions",
    looks_like=looks_like,
    parse=parse,
    ignores=tuple(sorted(COLUMNS.personal)),
)
