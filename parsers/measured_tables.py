"""Tables of counts, one sample a row: what Vi-CELL BLU and BD's clinical software have in common.

A layout says how its header is known, which columns it knows and how a row becomes a report; see `measured_columns` for
what becomes of columns that it does not know.
"""

from collections.abc import Callable

from msgspec.structs import replace

from parsers.errors import ParseError
from parsers.format import Document
from parsers.measured_columns import Columns, findings_on, marked, text_of
from parsers.open_end import NO_LINE_END
from parsers.records import Finding, Ignored, ObservationReport, Parsed
from parsers.tables import Row, Table, first_line, header_of, read_text_table, separator_of

Header = tuple[str, ...]
Named = dict[str, str]
"""The cells of a row by their columns."""


def header_in(head: bytes) -> Header:
    """The columns that the first line of these bytes names."""
    line = first_line(head)
    return header_of(line, separator_of(line))


def read_counts(
    document: Document,
    fits: Callable[[Header], bool],
    report_of: Callable[[Named], ObservationReport],
    columns: Columns,
    expected: str,
) -> Parsed:
    """One report a row, with what is odd about it. Raises ParseError where the header does not fit, or without rows."""
    text, doubts = text_of(document.raw)
    table = read_text_table(text, separator_of(first_line(document.head)))
    if not fits(table.header) or not table.rows:
        raise ParseError("this table has other columns, or no row", where="line 1", expected=expected)
    doubts += () if text.endswith("\n") else (NO_LINE_END,)
    reports = [_with_findings(report_of(_named(table, row)), row, doubts, columns) for row in table.rows]
    return Parsed(reports=marked(reports), ignored=_left(table, columns))


def _named(table: Table, row: Row) -> Named:
    return dict(zip(table.header, row.cells, strict=True))


def _with_findings(
    report: ObservationReport, row: Row, doubts: tuple[Finding, ...], columns: Columns
) -> ObservationReport:
    return replace(report, findings=(*doubts, *findings_on(report, f"line {row.line}", columns.date)))


def _left(table: Table, columns: Columns) -> tuple[Ignored, ...]:
    """The personal columns, and in how many rows each is filled."""
    places = [(name, place) for place, name in enumerate(table.header) if name in columns.personal]
    counts = [(name, sum(bool(row.cells[place]) for row in table.rows)) for name, place in places]
    return tuple(Ignored(name, count) for name, count in sorted(counts) if count)
