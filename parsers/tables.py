"""Tables as laboratories export them: text in some encoding with some separator, or the sheets of an Excel workbook.

Nothing is repaired in silence: bytes that are no text of the encoding, a row that is longer or shorter than the header
and a quotation mark that nobody closed are refused with their line.
"""

import csv
import io
import re
import warnings
import zipfile
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from functools import lru_cache
from operator import itemgetter
from typing import Any

import msgspec

from parsers.errors import ParseError
from parsers.text_encoding import MARK, encoding_of
from parsers.workbook_formulas import refuse_unworked

SEPARATORS = "\t;,"
ZIP_MAGIC = b"PK\x03\x04"
WORKBOOK_PART = b"xl/"
WORKBOOK_LIMIT = 64 * 1024 * 1024
TIME_OF_DAY = "\ufffctime of day "
"""Begins a cell that a workbook holds as a time of day or a duration, not as text."""
LEADING_ZEROS = re.compile("0{2,}")
TOO_LONG = 10**15
SEPARATOR_LINE = re.compile(r'"?sep=.?"?[,;\t]*', re.IGNORECASE)
"""Tells a spreadsheet the separator; it may stand above the header and is no part of the table."""
EXPORT_AGAIN = "Ask the sender to export the table again."


Cells = tuple[str, ...]


class Row(msgspec.Struct, frozen=True, gc=False):
    """One row: the line (or the row of the sheet) it stands on, and its cells without blanks around them."""

    line: int
    cells: Cells


class Table(msgspec.Struct, frozen=True):
    """A header and the rows below it; repeated names in the header are numbered: `A`, `A (2)`.

    `sheet` says which sheet it is of a workbook with several.
    """

    header: tuple[str, ...]
    rows: tuple[Row, ...]
    sheet: str = ""

    def where(self, row: Row) -> str:
        """The place of a row: its line, with the sheet that it stands on."""
        return f"{self.sheet}, line {row.line}" if self.sheet else f"line {row.line}"


class Sheet(msgspec.Struct, frozen=True):
    """A sheet of a workbook with something on it: its name by its number, and whether it is hidden."""

    name: str
    hidden: bool
    table: Table


def is_workbook(head: bytes) -> bool:
    """Whether these first bytes are of an Excel workbook (.xlsx)."""
    return head.startswith(ZIP_MAGIC) and WORKBOOK_PART in head


@lru_cache(maxsize=8)  # every format of tables asks this of the same first bytes
def first_line(head: bytes) -> str:
    """The first line that is not blank, without a `sep=;` above it, however badly the rest may be encoded."""
    text = head.decode(encoding_of(head, "latin-1"), "ignore").lstrip(MARK).replace("\r", "\n")
    line = next((line for line in without_separator_line(text).split("\n") if line.strip()), "")
    try:
        return line.encode("latin-1").decode("utf-8").lstrip(MARK)
    except UnicodeError:
        return line


def without_separator_line(text: str) -> str:
    """A text without the `sep=;` in its first line, if it has one."""
    first, _, rest = text.partition("\n")
    return rest if SEPARATOR_LINE.fullmatch(first) else text


def separator_of(header: str) -> str:
    """The separator that stands most often in a header line; the tab first, the comma last."""
    return max(SEPARATORS, key=header.count)


@lru_cache(maxsize=64)  # each layout asks the same of every input that has to be recognised
def header_of(line: str, separator: str) -> tuple[str, ...]:
    """The names in a header line, repeated ones numbered; none if the line cannot be split."""
    try:
        return numbered(next(csv.reader([line], delimiter=separator), []))
    except csv.Error:
        return ()


def numbered(names: list[str]) -> tuple[str, ...]:
    """The names without blanks around them, the second of the same name with ` (2)` behind it, and so on."""
    seen: dict[str, int] = {}
    made = []
    for name in map(str.strip, names):
        seen[name] = seen.get(name, 0) + 1
        made.append(name if seen[name] == 1 or not name else f"{name} ({seen[name]})")
    return tuple(made)


def cells_at(places: Sequence[int]) -> Callable[[Cells], Cells]:
    """What takes the cells at these places out of a row's, in the order of the places."""
    if len(places) > 1:
        return itemgetter(*places)
    return lambda cells: tuple([cells[place] for place in places])


def read_text_table(text: str, separator: str) -> Table:
    """The table in a text. Raises ParseError."""
    return _table(text_rows(text, separator))


def text_rows(text: str, separator: str) -> Iterator[Row]:
    """Every row of a text, blank ones too; a `sep=;` above them is none. Raises ParseError."""
    reader = csv.reader(io.StringIO(text), delimiter=separator, strict=True)
    line = 1
    try:
        for cells in reader:
            if line > 1 or not SEPARATOR_LINE.fullmatch("".join(cells)):
                yield Row(line, tuple(map(str.strip, cells)))
            line = reader.line_num + 1
    except csv.Error:
        raise ParseError(
            "this row cannot be split into cells",
            where=f"line {line}",
            expected="quotation marks in pairs, and cells of at most 131072 characters",
            advice=EXPORT_AGAIN,
        ) from None


def _table(rows: Iterator[Row], sheet: str = "") -> Table:
    head = next((row for row in rows if any(row.cells)), None)
    if head is None:
        raise ParseError("this table is empty", where="line 1", expected="a header and rows below it")
    header = numbered(list(head.cells))
    width, below = len(header), list[Row]()
    names = header_names(head.cells)
    for row in rows:
        if any(row.cells):
            refuse_header(row, names, sheet)
            if len(row.cells) != width:
                raise _other_width(row, width)
            below.append(row)
    return Table(header, tuple(below), sheet)


def header_names(cells: Sequence[str]) -> frozenset[str]:
    """The names in a header, repeated ones with and without their number."""
    return frozenset(filter(None, [*cells, *numbered(list(cells))]))


def refuse_header(row: Row, names: frozenset[str], sheet: str = "") -> None:
    """Raise ParseError if a row below the header is one itself: what follows it may be in another order."""
    if names.isdisjoint(row.cells):
        return
    filled = [cell for cell in row.cells if cell]
    found = [cell for cell in filled if cell in names]
    # a column may be called A1 and hold that antigen, but nobody's row begins with the name of a column
    if filled[0] in names and len(found) > 1 and 2 * len(found) > len(filled):
        raise ParseError(
            "this row is a header: exports were joined into one table, and below it the columns may be others",
            found=", ".join(found),
            where=f"{sheet}, line {row.line}" if sheet else f"line {row.line}",
            expected="one header, and below it the rows of one export",
            advice="Take the exports apart and send each as a file of its own.",
        )


def _other_width(row: Row, width: int) -> ParseError:
    return ParseError(
        f"this row has {len(row.cells)} cells and the header {width}",
        where=f"line {row.line}",
        expected=f"{width} cells",
        advice=EXPORT_AGAIN,
    )


def read_workbook(raw: bytes) -> list[Sheet]:
    """The sheets of an Excel workbook, empty ones left out. Raises ParseError."""
    _check_archive(raw)
    import openpyxl  # noqa: PLC0415  # a tenth of a second, and most sites never see a workbook

    try:
        refuse_unworked(raw)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # styles and extensions that openpyxl does not know hold no values
            book = openpyxl.load_workbook(io.BytesIO(raw), read_only=True, data_only=True)
            sheets = [(sheet.sheet_state != "visible", list(_sheet_rows(sheet))) for sheet in book.worksheets]
    except ParseError:
        raise
    except Exception as error:  # openpyxl lets whatever its XML and its styles stumble over pass through
        raise ParseError(
            f"this workbook is damaged ({type(error).__name__})",
            where="xlsx",
            expected="an Excel workbook",
            advice=EXPORT_AGAIN,
        ) from None
    filled = [
        (f"sheet {number}", hidden, rows)
        for number, (hidden, rows) in enumerate(sheets, start=1)
        if any(any(row.cells) for row in rows)
    ]
    if not filled:
        raise ParseError("this workbook is empty", where="xlsx", expected="a sheet with a header and rows below it")
    several = len(filled) > 1
    return [Sheet(name, hidden, _table(iter(rows), name if several else "")) for name, hidden, rows in filled]


def _check_archive(raw: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            parts = archive.infolist()
            large = sum(part.file_size for part in parts) > WORKBOOK_LIMIT
            typed = not large and any(b"<!DOCTYPE" in archive.read(part) for part in parts)
    except Exception:  # a damaged archive raises BadZipFile, zlib.error, NotImplementedError, EOFError and more
        raise ParseError(
            "this workbook is damaged or cut short", where="xlsx", expected="a whole zip archive", advice=EXPORT_AGAIN
        ) from None
    if large or typed:
        raise ParseError(
            "this workbook is too large" if large else "this workbook carries a document type definition",
            where="xlsx",
            expected=f"at most {WORKBOOK_LIMIT} bytes unpacked, without a DOCTYPE",
        )


def _sheet_rows(sheet: Any) -> Iterator[Row]:
    sheet.reset_dimensions()  # a wrong dimension record would hide cells or invent millions of them
    rows = [[_shown(cell) for cell in row] for row in sheet.iter_rows()]
    width = max((len(_trimmed(row)) for row in rows), default=0)
    for line, row in enumerate(rows, start=1):
        yield Row(line, tuple((row + [""] * width)[:width]))


def _trimmed(row: list[str]) -> list[str]:
    while row and not row[-1]:
        row = row[:-1]
    return row


def _shown(cell: Any) -> str:
    """A cell as text; a whole number in a format of zeros (`00000000`) has as many digits as it is shown with."""
    value = cell.value
    if type(value) is int and value >= 0 and LEADING_ZEROS.fullmatch(cell.number_format):
        return str(value).zfill(len(cell.number_format))
    return _text(value)


def _text(value: object) -> str:
    """A cell as text; a time of day is marked, because Excel makes one of `01:01` and nobody can tell them apart."""
    match value:
        case None:
            return ""
        case bool():
            return str(value).upper()
        case int() | float():
            return _number_text(value)
        case datetime():
            return value.isoformat(sep=" ")
        case str() | date():
            return str(value).strip()
    return f"{TIME_OF_DAY}{value}"


def _number_text(value: float) -> str:
    """A number; one of more digits than a spreadsheet keeps is written as it shows it: `1.23457E+17`."""
    if abs(value) >= TOO_LONG:
        return f"{value:.5E}"
    return str(int(value) if float(value).is_integer() else value)
