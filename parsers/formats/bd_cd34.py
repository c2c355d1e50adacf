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
from parsers.format import Document, Format
from parsers.measured_columns import Columns
from parsers.measured_tables import Header, Named, header_in, read_counts
from parsers.records import Observation, ObservationReport, Parsed

SAMPLE, PANEL, DATE = "Sample ID", "Panel Name", "Date Analyzed"
DEVICE = ("Cytometer", "Cytometer Serial Number")
NEEDED = (SAMPLE, PANEL, "Cytometer")
MARKER = "CD34"
MEAN = "(Average)"
COLUMNS = Columns(
    identities=frozenset({SAMPLE, DATE, *DEVICE}),
    date=DATE,
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
    return _fits(header_in(head))


def _fits(header: Header) -> bool:
    return set(NEEDED) <= set(header) and any(MARKER in name for name in header)


def parse(document: Document) -> Parsed:
    """One report a row. Raises ParseError."""
    expected = f"the columns {', '.join(NEEDED)}, one with {MARKER} in its name, and rows below them"
    return read_counts(document, _fits, _report, COLUMNS, expected)


def _report(named: Named) -> ObservationReport:
    sample, panel, date = named[SAMPLE], named[PANEL], named.get(DATE, "")
    return ObservationReport(
        format="bd_cd34",
        sample=sample,
        report_id=f"{date} {panel}".strip(),
        device=" ".join(filter(None, map(named.get, DEVICE))),
        date=date,
        quality_control=is_control(sample),
        observations=tuple([_of_tube(each, panel) for each in COLUMNS.observations(named.items())]),
        properties=tuple(COLUMNS.properties(named.items())),
    )


def _of_tube(observation: Observation, panel: str) -> Observation:
    """The measure under its own name; which tube it is of, or that it is the mean of all, as its sub-id."""
    for tube in (MEAN, panel):
        if tube and observation.label.startswith(tube) and observation.label.startswith(" ", len(tube)):
            return replace(observation, label=observation.label[len(tube) + 1 :], sub_id=tube)
    return observation


FORMAT = Format(
    name="bd_cd34",
    title="BD clinical cytometry table with CD34+ counts (FACSCanto, FACSLyric)",
    verified="published descriptions",
    looks_like=looks_like,
    parse=parse,
    ignores=tuple(sorted(COLUMNS.personal)),
)
