"""Tables of typings as laboratories export them: CSV, TSV or Excel, each layout described by a profile.

A row is a sample (or, in a long table, a sample and a locus). Cells are kept as printed. To make a GL String of them a
cell that begins with a digit (`24:02`) gets the gene of its column, and the cells of a locus are joined with `+`. A
blank second cell is `one_stated`: whether the person is homozygous is not said. A locus whose cells are all blank is
not mentioned at all; words that a profile calls blank are counted as ignored there. A workbook's cell must hold text:
Excel turns `01:01` into a time of day, and then nobody knows what was typed. A cell without a digit that is no word of
the profile (`-`, `N/A`) states no copies: it may mean that nothing stands there, or absent, or failed, so its locus is
kept as candidates until the profile says which.
"""

import msgspec

from parsers.errors import ParseError
from parsers.format import Document, Format, Profile, best_fitting
from parsers.lab_table_layout import Layout, layout_of
from parsers.lab_table_reading import Reading
from parsers.records import Finding, Ignored, Parsed
from parsers.tables import (
    TIME_OF_DAY,
    Table,
    decoded,
    first_line,
    header_of,
    is_workbook,
    read_text_table,
    read_workbook,
    separator_of,
)

HEADER_REACH = 65_536
NO_LINE_END = Finding("no_final_line_end", "the last line has no end: the file may be cut short", "last line")


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
    table = _tables(document, layout)[0]
    used = layout.used(table.header)
    mapped = tuple(name for name in table.header if name in used)
    return mapped, tuple(name for name in table.header if name not in used)


def _headers(head: bytes, layouts: tuple[Layout, ...]) -> list[tuple[Layout, tuple[str, ...], str]]:
    """Each layout with the header as it would read it, and the separator it would read it with."""
    line = first_line(head).lstrip("\ufeff")
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


def _tables(document: Document, layout: Layout) -> list[Table]:
    if is_workbook(document.head):
        return read_workbook(document.raw)
    text = decoded(document.raw, layout.encoding).lstrip("\ufeff")
    return [read_text_table(text, layout.separator or separator_of(first_line(document.raw[:HEADER_REACH])))]


def _parse(document: Document, layouts: tuple[Layout, ...]) -> Parsed:
    if is_workbook(document.head):
        return _parse_workbook(document, layouts)
    headers = _headers(document.raw[:HEADER_REACH], layouts)
    layout = _best([each for each, header, _ in headers if each.fits(header)])
    if layout is None:
        raise _undescribed(first_line(document.raw[:HEADER_REACH]))
    parsed = Reading(_tables(document, layout)[0], layout).parsed()
    closed = document.raw.rstrip(b"\0").endswith((b"\n", b"\r"))  # the zeros are halves of UTF-16 characters
    return parsed if closed else _with_open_end(parsed)


def _parse_workbook(document: Document, layouts: tuple[Layout, ...]) -> Parsed:
    """The first sheet that a profile describes; the rows of the other sheets are counted as ignored."""
    tables = read_workbook(document.raw)
    for number, table in enumerate(tables):
        layout = _best([each for each in layouts if each.fits(table.header)])
        if layout:
            _refuse_times(table, layout)
            parsed = Reading(table, layout).parsed()
            others = [(place, len(each.rows)) for place, each in enumerate(tables, start=1) if place != number + 1]
            ignored = tuple(Ignored(f"sheet {place}", count) for place, count in others)
            return msgspec.structs.replace(parsed, ignored=parsed.ignored + ignored)
    raise _undescribed(" ".join(tables[0].header) if tables else "")


def _refuse_times(table: Table, layout: Layout) -> None:
    """Raise ParseError if Excel made a time of day of what should be an allele."""
    named = [*(each for _, columns in layout.locus_columns(table.header) for each in columns)]
    named += layout.long.alleles if layout.long else ()
    places = [(place, name) for place, name in enumerate(table.header) if name in named]
    for row in table.rows:
        for place, name in places:
            if row.cells[place].startswith(TIME_OF_DAY):
                raise ParseError(
                    "Excel holds this cell as a time of day, not as text",
                    found=row.cells[place].removeprefix(TIME_OF_DAY),
                    where=f"line {row.line}, column {name}",
                    expected="an allele as text",
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


def _with_open_end(parsed: Parsed) -> Parsed:
    *others, last = parsed.reports
    return msgspec.structs.replace(
        parsed, reports=(*others, msgspec.structs.replace(last, findings=(*last.findings, NO_LINE_END)))
    )
