"""Tables of typings as laboratories export them: CSV, TSV or Excel, each layout described by a profile.

A row is a sample (or, in a long table, a sample and a locus). Cells are kept as printed. To make a GL String of them a
cell that begins with a digit (`24:02`) gets the gene of its column, and the cells of a locus are joined with `+`. A
blank second cell is `one_stated`: whether the person is homozygous is not said. A locus whose cells are all blank is
not mentioned at all; words that a profile calls blank are counted as ignored there. A workbook's cell must hold text:
Excel turns `01:01` into a time of day, and then nobody knows what was typed. A cell without a digit that is no word of
the profile (`-`, `N/A`) states no copies: it may mean that nothing stands there, or absent, or failed, so its locus is
kept as candidates until the profile says which. Of a workbook every sheet that a profile describes is read; one of them
that is hidden refuses the workbook.
"""

import re
from collections import Counter
from itertools import starmap

import msgspec

from parsers.duplicates import marked
from parsers.errors import ParseError
from parsers.format import Document, Format, Profile, best_fitting
from parsers.lab_table_layout import Layout, layout_of
from parsers.lab_table_reading import Reading
from parsers.records import Ignored, Parsed
from parsers.tables import (
    TIME_OF_DAY,
    Sheet,
    Table,
    first_line,
    header_of,
    is_workbook,
    read_text_table,
    read_workbook,
    separator_of,
)
from parsers.text_encoding import decoded

HEADER_REACH = 65_536
MADE_OF_ALLELES = re.compile(TIME_OF_DAY)
MADE_OF_IDS = re.compile(rf"{TIME_OF_DAY}|\d{{4}}-\d{{2}}-\d{{2}} 00:00:00$")
"""How begins what a workbook holds in place of such text: a time of day, or a day."""


def from_profiles(profiles: tuple[Profile, ...]) -> Format:
    """The reader of every layout that these profiles describe. Raises ParseError on a profile that is unusable."""
    layouts = tuple(layout_of(profile) for profile in profiles)

    def looks_like(head: bytes) -> bool:
        return is_workbook(head) or any(each.fits(header) for each, header, _ in _headers(head, layouts))

    def parse(document: Document) -> Parsed:
        return _parse(document, layouts)

    return Format(
        name="lab_table",
        title="Typing tables (CSV, TSV, Excel) described by profiles",
        verified="published descriptions",
        looks_like=looks_like,
        parse=parse,
    )


def labels(document: Document, profile: Profile) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The columns of a file that a profile maps, and those that it does not. Raises ParseError."""
    layout = layout_of(profile)
    table = _table_for(document, layout)
    used = layout.used(table.header)
    mapped = tuple(name for name in table.header if name in used)
    return mapped, tuple(name for name in table.header if name not in used)


def _headers(head: bytes, layouts: tuple[Layout, ...]) -> list[tuple[Layout, tuple[str, ...], str]]:
    """Each layout with the header as it would read it, and the separator it would read it with."""
    line = first_line(head)
    if line.startswith("<"):
        return []
    separators = [each.separator or separator_of(line) for each in layouts]
    return [
        (layout, header_of(line, separator), separator) for layout, separator in zip(layouts, separators, strict=True)
    ]


def _best(fitting: list[Layout]) -> Layout | None:
    """The layout that knows most columns of those that fit. Raises ParseError if two know as many."""
    return best_fitting(fitting, lambda each: len(each.signature), _both)


def _both(one: Layout, other: Layout) -> ParseError:
    return ParseError(
        f"the profiles {one.name} and {other.name} both describe this table",
        where="line 1",
        expected="one profile with the longest signature",
        advice="Add a column to the signature of the right one.",
    )


def _table_for(document: Document, layout: Layout) -> Table:
    """The table of a document; of a workbook the first that fits the layout, else its first."""
    if not is_workbook(document.head):
        return _text_table(document, layout)
    tables = [each.table for each in read_workbook(document.raw)]
    return next((each for each in tables if layout.fits(each.header)), tables[0])


def _text_table(document: Document, layout: Layout) -> Table:
    text = decoded(document.raw, layout.encoding)
    return read_text_table(text, layout.separator or separator_of(first_line(document.raw[:HEADER_REACH])))


def _parse(document: Document, layouts: tuple[Layout, ...]) -> Parsed:
    if is_workbook(document.head):
        return _parse_workbook(document, layouts)
    headers = _headers(document.raw[:HEADER_REACH], layouts)
    layout = _best([each for each, header, _ in headers if each.fits(header)])
    if layout is None:
        raise _undescribed(first_line(document.raw[:HEADER_REACH]))
    closed = document.raw.rstrip(b"\0").endswith((b"\n", b"\r"))  # the zeros are halves of UTF-16 characters
    return _read([(_text_table(document, layout), layout)], closed=closed)


def _parse_workbook(document: Document, layouts: tuple[Layout, ...]) -> Parsed:
    """Every sheet that a profile describes; the rows of the other sheets are counted as ignored."""
    sheets = read_workbook(document.raw)
    matched = [(each, _best([layout for layout in layouts if layout.fits(each.table.header)])) for each in sheets]
    found = [(each, layout) for each, layout in matched if layout]
    if not found:
        raise _undescribed(" ".join(sheets[0].table.header))
    read = [(each, layout) for each, layout in found if each.table.rows] or found[:1]
    for each, layout in read:
        _refuse_hidden(each)
        _refuse_what_excel_made(each.table, layout)
    parsed = _read([(each.table, layout) for each, layout in read])
    others = tuple(Ignored(each.name, len(each.table.rows)) for each, layout in matched if not layout)
    return msgspec.structs.replace(parsed, ignored=parsed.ignored + others)


def _read(tables: list[tuple[Table, Layout]], *, closed: bool = True) -> Parsed:
    """The reports of one file's tables, each read under its layout. Raises ParseError."""
    readings = [Reading(table, layout) for table, layout in tables]
    reports = [report for reading in readings for report in reading.reports(closed=closed)]
    ignored: Counter[str] = Counter()
    for reading in readings:
        ignored.update(reading.ignored())
    return Parsed(reports=marked(reports), ignored=tuple(starmap(Ignored, ignored.items())))


def _refuse_hidden(sheet: Sheet) -> None:
    """Raise ParseError if a sheet with typings is hidden: an old version, a template, or people who would be lost."""
    if sheet.hidden:
        raise ParseError(
            "this sheet holds typings and is hidden: nobody can tell whether they are to be read",
            where=sheet.name,
            expected="typings on sheets that are shown",
            advice="Show the sheet or take it out of the workbook, and save it again.",
        )


def _refuse_what_excel_made(table: Table, layout: Layout) -> None:
    """Raise ParseError if Excel made a time of an allele (`01:01`), or a date or a time of an id (`12-3`, `12:03`)."""
    alleles = {each for _, columns in layout.locus_columns(table.header) for each in columns}
    alleles.update(layout.allele_columns(table.header))
    _refuse_cells(table, alleles, MADE_OF_ALLELES, "an allele as text")
    _refuse_cells(table, {layout.columns.sample, layout.columns.subject}, MADE_OF_IDS, "an id as text")


def _refuse_cells(table: Table, columns: set[str], made: re.Pattern[str], expected: str) -> None:
    """Raise ParseError if a cell of these columns is what Excel makes of text."""
    places = [(place, name) for place, name in enumerate(table.header) if name in columns]
    for row in table.rows:
        for place, name in places:
            if made.match(row.cells[place]):
                raise ParseError(
                    "Excel holds this cell as a time of day or a date, not as text: nobody could tell what was typed",
                    found=row.cells[place].removeprefix(TIME_OF_DAY),
                    where=f"{table.where(row)}, column {name}",
                    expected=expected,
                    advice="Format the column as text before typing or pasting into it.",
                )


def _undescribed(header: str) -> ParseError:
    return ParseError(
        "no profile describes a table with these columns",
        found=header,
        where="line 1",
        expected="a header that holds every column of some profile's signature",
        advice="Describe the layout in a profile: copy config/profiles/lab_table_two_columns.toml and change it.",
    )
