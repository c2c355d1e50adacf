"""Vi-CELL BLU's table (CSV): counts and viability by trypan blue, one sample a row.

    Sample ID,Cell count,Viable cells,Total (x10^6) cells/mL,Viable (x10^6) cells/mL,Viability (%),...,Dilution,Wash,Tag
    INV-1,2191,2123,0.78,0.75,96.9,...                                UTF-8 or UTF-16; a micro sign may be one of three

Every measure of a row is kept under its column's name; the settings of the count are properties, and who counted is
left out. A count that failed is printed as ERROR, while the values beside it may be there.

Source: exports of Vi-CELL BLU as UTF-8 and as UTF-16.
"""

from parsers.control_specimens import is_control
from parsers.errors import ParseError
from parsers.format import Document, Format
from parsers.luminex_wells import date_findings
from parsers.measured_columns import NO_LINE_END, NO_SPECIMEN, Columns, marked, text_of, without_value
from parsers.records import Finding, Ignored, ObservationReport, Parsed
from parsers.tables import Row, first_line, header_of, read_text_table, separator_of

SIGNS = ("Sample ID", "Cell count", "Viable cells")
SAMPLE, DATE = "Sample ID", "Analysis date/time"
COLUMNS = Columns(
    identities=frozenset({SAMPLE, DATE}),
    personal=frozenset({"Analysis by", "Reanalysis by"}),
    settings=frozenset(
        {
            "Images for analysis", "Cell type", "Minimum Diameter (μm)", "Maximum Diameter (μm)",
            "Minimum Diameter (µm)", "Maximum Diameter (µm)", "Images", "Cell sharpness", "Minimum circularity",
            "Decluster degree", "Aspiration cycles", "Viable spot brightness (%)", "Viable spot area (%)",
            "Mixing cycles", "Reanalysis date/time", "Dilution", "Wash", "Tag",
        }
    ),
)  # fmt: skip


def looks_like(head: bytes) -> bool:
    """Whether the header begins as Vi-CELL BLU's does."""
    line = first_line(head).lstrip("\ufeff")
    return header_of(line, separator_of(line))[:3] == SIGNS


def parse(document: Document) -> Parsed:
    """One report a row. Raises ParseError."""
    text, doubts = text_of(document.raw)
    line = first_line(document.head).lstrip("\ufeff")
    table = read_text_table(text, separator_of(line))
    if table.header[:3] != SIGNS or not table.rows:
        raise ParseError(
            "this table is not Vi-CELL BLU's, or holds no sample",
            where="line 1",
            expected="the columns Sample ID, Cell count and Viable cells, and rows below them",
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
    sample, date = named[SAMPLE], named.get(DATE, "")
    observations = tuple(COLUMNS.observations(cells))
    return ObservationReport(
        format="vicell_blu",
        sample=sample,
        device="Vi-CELL BLU",
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


FORMAT = Format(
    name="vicell_blu",
    title="Vi-CELL BLU result table (cell count and viability)",
    verified="real samples",
    looks_like=looks_like,
    parse=parse,
    ignores=tuple(sorted(COLUMNS.personal)),
)
