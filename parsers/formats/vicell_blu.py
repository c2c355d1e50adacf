"""Vi-CELL BLU's table (CSV): counts and viability by trypan blue, one sample a row.

    Sample ID,Cell count,Viable cells,Total (x10^6) cells/mL,Viable (x10^6) cells/mL,Viability (%),...,Dilution,Wash,Tag
    INV-1,2191,2123,0.78,0.75,96.9,...                                UTF-8 or UTF-16; a micro sign may be one of three

Every measure of a row is kept under its column's name; the settings of the count are properties, and who counted is
left out. A count that failed is printed as ERROR, while the values beside it may be there.

Source: exports of Vi-CELL BLU as UTF-8 and as UTF-16.
"""

from parsers.control_specimens import is_control
from parsers.format import Document, Format
from parsers.measured_columns import Columns
from parsers.measured_tables import Header, Named, header_in, read_counts
from parsers.records import ObservationReport, Parsed

SIGNS = ("Sample ID", "Cell count", "Viable cells")
SAMPLE, DATE = "Sample ID", "Analysis date/time"
COLUMNS = Columns(
    identities=frozenset({SAMPLE, DATE}),
    date=DATE,
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
    return _fits(header_in(head))


def _fits(header: Header) -> bool:
    return header[:3] == SIGNS


def parse(document: Document) -> Parsed:
    """One report a row. Raises ParseError."""
    return read_counts(document, _fits, _report, COLUMNS, f"the columns {', '.join(SIGNS)}, and rows below them")


def _report(named: Named) -> ObservationReport:
    return ObservationReport(
        format="vicell_blu",
        sample=named[SAMPLE],
        device="Vi-CELL BLU",
        date=named.get(DATE, ""),
        quality_control=is_control(named[SAMPLE]),
        observations=tuple(COLUMNS.observations(named.items())),
        properties=tuple(COLUMNS.properties(named.items())),
    )


FORMAT = Format(
    name="vicell_blu",
    title="Vi-CELL BLU result table (cell count and viability)",
    verified="real samples",
    looks_like=looks_like,
    parse=parse,
    ignores=tuple(sorted(COLUMNS.personal)),
)
