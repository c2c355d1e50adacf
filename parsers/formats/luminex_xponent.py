"""xPONENT's batch export (CSV): bead signals of Luminex 100/200, FLEXMAP 3D and MAGPIX, one plate.

    "Program","xPONENT","","FlexMAP 3D"                 a head of keys and values: SN, Batch, ProtocolName,
    "BatchStartTime","5/17/2023 6:42:29 PM"             BatchStartTime, Operator ...
    "CALInfo:"                                          tables of the calibration
    "Samples","96","Min Events","100","Per Bead"
    "Results"
    "DataType:","Median"                                a block of wells; others: Count, Net MFI, Mean, %CV, Peak ...
    "Location","Sample","104","105","Total Events"
    "1(1,A1)","S001","8001.5","63","8243"
    "DataType:","Units"                                 a block of beads; Per Bead Count, Analysis Types
    "Analyte:","104","105"
    "DataType:","Warnings/Errors"                       "1,A1","Warning","..."
    -- CRC --
    CRC32: 40B50595                                     the end: without it the file is not whole

One ObservationReport per well: every signal under the bead's name and the block's. NaN and the names of wells stay as
printed. Spreadsheets that saved the file again leave the quotation marks out and pad the lines with commas. The
operator and the audit log are left out; averages over wells (blocks without locations) and calibrations are counted.

Source: exports of xPONENT 2.5 and 4.3.
"""

import csv
import io
from collections.abc import Iterator

import msgspec

from parsers.control_specimens import is_control
from parsers.errors import ParseError
from parsers.format import Document, Format
from parsers.luminex_wells import date_findings, marked, name_findings
from parsers.records import Finding, Ignored, Observation, ObservationReport, Parsed, Printed
from parsers.tables import EXPORT_AGAIN, first_line
from parsers.text_encoding import decoded

SIGNS = ('"Program","xPONENT"', "Program,xPONENT")
PERSONAL = ("Operator", "ComputerName")
CALIBRATION, RESULTS, BLOCK, END = "CALInfo:", "Results", "DataType:", "-- CRC --"
WELLS = ("Location", "Sample")
TOTAL = "Total Events"
BEADS = ("Units", "Per Bead Count", "Analysis Types")
COUNT, LEAST = "Count", "Per Bead:"
WARNINGS = "Warnings/Errors"
CHARSET = Finding("charset", "bytes that are no UTF-8; they were read as ISO 8859-1")


class Row(msgspec.Struct, frozen=True, gc=False):
    """A line and its cells, without the empty ones at its end."""

    line: int
    cells: tuple[str, ...]


class Block(msgspec.Struct, frozen=True):
    """One table of the results: its name, its header, the rows below, and these by what stands in their first cell."""

    name: str
    header: tuple[str, ...]
    rows: tuple[Row, ...]
    rows_of: dict[str, list[Row]]

    @property
    def of_wells(self) -> bool:
        """Whether a row of it is a well."""
        return self.header[:2] == WELLS


def looks_like(head: bytes) -> bool:
    """Whether the first line is that of an xPONENT export."""
    return first_line(head).startswith(SIGNS)


def parse(document: Document) -> Parsed:
    """One ObservationReport per well. Raises ParseError."""
    text, doubts = _text(document.raw)
    return Plate(_rows(text), doubts).parsed()


def _text(raw: bytes) -> tuple[str, tuple[Finding, ...]]:
    try:
        return decoded(raw), ()
    except ParseError:
        return decoded(raw, "latin-1"), (CHARSET,)


def _rows(text: str) -> list[Row]:
    reader = csv.reader(io.StringIO(text), strict=True)
    rows = []
    try:
        for cells in reader:
            rows.append(Row(reader.line_num, _trimmed(cells)))
    except csv.Error:
        raise ParseError(
            "this line cannot be split into cells",
            where=f"line {reader.line_num}",
            expected="quotation marks in pairs",
            advice=EXPORT_AGAIN,
        ) from None
    return rows


def _trimmed(cells: list[str]) -> tuple[str, ...]:
    kept = [cell.strip() for cell in cells]
    while kept and not kept[-1]:
        kept.pop()
    return tuple(kept)


class Plate:
    """One export: its head, its blocks, and what is counted and not read."""

    def __init__(self, rows: list[Row], doubts: tuple[Finding, ...]) -> None:
        self.rows = _whole(rows)
        self.doubts = doubts
        self.head: dict[str, str] = {}
        self.blocks: list[Block] = []
        self.unread: dict[str, int] = {}
        self._read_head()
        self._read_blocks()
        self.properties = (*(Printed(name, text) for name, text in self.head.items()), *self._of_beads())
        self.bead_ids = self._by_bead("Units", "BeadID:")
        self.least = self._by_bead("Per Bead Count", LEAST)

    def _read_head(self) -> None:
        """The keys and values in front of the results; the calibration's tables are counted."""
        section = ""
        for row in self.rows[: self._begin_of_results()]:
            first = row.cells[0] if row.cells else ""
            section = CALIBRATION if first == CALIBRATION else "" if first == "Samples" else section
            if section or first in PERSONAL:
                self._count(section or first)
            elif len(row.cells) > 1:
                self.head[first] = ";".join([*filter(None, [self.head.get(first)]), *row.cells[1:]])

    def _begin_of_results(self) -> int:
        for place, row in enumerate(self.rows):
            if row.cells[:1] == (RESULTS,):
                return place
        raise ParseError(
            "this export holds no results", where="line 1", expected=f"a line {RESULTS}", advice=EXPORT_AGAIN
        )

    def _read_blocks(self) -> None:
        name, table = "", list[Row]()
        for row in [*self.rows[self._begin_of_results() + 1 :], Row(0, (BLOCK,))]:
            if row.cells[:1] == (BLOCK,):
                if table:
                    self.blocks.append(_block(name, table))
                name, table = "".join(row.cells[1:2]), []
            elif row.cells:
                table.append(row)

    def _count(self, path: str) -> None:
        self.unread[path] = self.unread.get(path, 0) + 1

    def parsed(self) -> Parsed:
        """A report for each well, in the order of the first block. Raises ParseError."""
        wells = [each for each in self.blocks if each.of_wells]
        if not wells or not wells[0].rows:
            raise ParseError(
                "this export holds no well", where="line 1", expected="a block with the columns Location and Sample"
            )
        used = [*wells, *(each for each in self.blocks if each.name in (*BEADS, WARNINGS))]
        unused = [each for each in self.blocks if each.rows and not any(each is block for block in used)]
        ignored = {f"{BLOCK}{each.name}": len(each.rows) for each in unused}
        reports = [self._report(row, wells) for row in [*wells[0].rows, *_wells_behind(wells)]]
        return Parsed(
            reports=marked(reports),
            ignored=tuple(Ignored(path, count) for path, count in sorted({**self.unread, **ignored}.items())),
        )

    def _report(self, well: Row, blocks: list[Block]) -> ObservationReport:
        location, sample = (*well.cells, "", "")[:2]
        if not sample:
            raise ParseError(
                "this well names no sample",
                where=f"line {well.line}",
                expected="a name in the column Sample",
                advice="Name the wells in xPONENT, and export the batch again.",
            )
        observations = tuple(self._observations(location, blocks))
        started = self.head.get("BatchStartTime", "")
        return ObservationReport(
            format="luminex_xponent",
            sample=sample,
            report_id=f"{self.head.get('Batch', '')} {location}".strip(),
            device=" ".join(filter(None, (self.head.get("Program", "").rpartition(";")[2], self.head.get("SN", "")))),
            date=started,
            quality_control=is_control(sample),
            observations=observations,
            properties=(
                *self.properties,
                *(Printed("Warning", ";".join(row.cells), f"line {row.line}") for row in self._warnings(location)),
            ),
            findings=(
                *self.doubts,
                *date_findings("BatchStartTime", started),
                *name_findings(sample),
                *self._doubts(location, observations),
            ),
        )

    def _observations(self, location: str, blocks: list[Block]) -> Iterator[Observation]:
        """Every value of a well in every block; one total of events stands for all blocks that print the same."""
        totals: set[str] = set()
        for block in blocks:
            for row in block.rows_of.get(location, ()):
                for name, value in zip(block.header[2:], row.cells[2:], strict=False):
                    if not value or (name == TOTAL and value in totals):
                        continue
                    totals |= {value} if name == TOTAL else set()
                    label = name if name in (TOTAL, block.name) else f"{name} {block.name}"
                    yield Observation(label=label, value=value, sub_id=self.bead_ids.get(name, ""))

    def _by_bead(self, block: str, label: str) -> dict[str, str]:
        """What a row of a block of beads says of each bead."""
        return {
            bead: value
            for each in self.blocks
            if each.name == block
            for row in each.rows_of.get(label, ())
            for bead, value in zip(each.header[1:], row.cells[1:], strict=False)
        }

    def _of_beads(self) -> Iterator[Printed]:
        for each in (each for each in self.blocks if each.name in BEADS):
            yield Printed(each.name, ";".join(each.header), f"line {each.rows[0].line - 1}" if each.rows else "")
            yield from (Printed(f"{each.name} {row.cells[0]}", ";".join(row.cells[1:])) for row in each.rows)

    def _warnings(self, location: str) -> list[Row]:
        """The warnings about a well, which name it without its number: `1,A1` is the well `7(1,A1)`."""
        name = location.partition("(")[2].rstrip(")")
        found = [
            row
            for each in self.blocks
            if each.name == WARNINGS
            for first in {name, location}
            for row in each.rows_of.get(first, ())
        ]
        return sorted(found, key=lambda row: row.line)

    def _doubts(self, location: str, observations: tuple[Observation, ...]) -> Iterator[Finding]:
        if self._warnings(location):
            yield Finding("instrument_warning", "the instrument warns of this well; its words are among the properties")
        counts = {each.label: each.value for each in observations}
        few = [bead for bead, wanted in self.least.items() if _fewer(counts.get(f"{bead} {COUNT}", ""), wanted)]
        if few:
            message = f"{len(few)} of {len(self.least)} beads have fewer events than were asked for"
            yield Finding("low_bead_count", message)


def _wells_behind(blocks: list[Block]) -> list[Row]:
    """The wells that the first block does not hold. Raises ParseError where two blocks name a well differently."""
    named = {row.cells[0]: row for row in blocks[0].rows}
    behind: dict[str, Row] = {}
    for row in (row for block in blocks for row in block.rows):
        location, sample = (*row.cells, "", "")[:2]
        first = named.get(location) or behind.setdefault(location, row)
        if sample and first.cells[1:2] not in ((), ("",), (sample,)):
            raise ParseError(
                "this well has another sample's name than before: nobody could tell whose signals these are",
                found=sample,
                where=f"line {row.line}",
                expected=f"the name that stands at line {first.line}",
                advice=EXPORT_AGAIN,
            )
    return list(behind.values())


def _block(name: str, table: list[Row]) -> Block:
    header, *rows = table
    for row in rows:
        if len(row.cells) > len(header.cells):
            raise ParseError(
                f"this row of the block {name} has {len(row.cells)} cells and its header {len(header.cells)}",
                where=f"line {row.line}",
                expected=f"at most {len(header.cells)} cells",
                advice=EXPORT_AGAIN,
            )
    rows_of: dict[str, list[Row]] = {}
    for row in rows:
        rows_of.setdefault(row.cells[0], []).append(row)
    return Block(name, header.cells, tuple(rows), rows_of)


def _fewer(count: str, wanted: str) -> bool:
    return count.isdecimal() and wanted.isdecimal() and int(count) < int(wanted)


def _whole(rows: list[Row]) -> list[Row]:
    """The rows in front of the last line's mark. Raises ParseError where the mark or its value is missing."""
    for place, row in enumerate(rows):
        if row.cells[:1] == (END,) and any(each.cells for each in rows[place + 1 :]):
            return rows[:place]
    raise ParseError(
        "this export ends before its checksum: it is still being written, or was cut short",
        where=f"line {rows[-1].line if rows else 1}",
        expected=f"{END} and the checksum as the last lines",
        advice=EXPORT_AGAIN,
    )


FORMAT = Format(
    name="luminex_xponent",
    title="Luminex xPONENT batch export (bead signals)",
    verified="real samples",
    looks_like=looks_like,
    parse=parse,
    ignores=(*PERSONAL, END),
)
