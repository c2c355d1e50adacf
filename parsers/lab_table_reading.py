"""One table of typings read under one layout: a report for each sample, a locus from the cells of its columns."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import msgspec

from parsers.errors import ParseError
from parsers.glstring_code import SEROLOGY, antigen_locus, release_findings
from parsers.lab_table_layout import Layout, Long
from parsers.name_blanks import closed_up
from parsers.no_sample_cells import no_sample
from parsers.open_end import with_open_end
from parsers.records import Finding, LocusTyping, Printed, State, TypingReport
from parsers.tables import Cells, Row, Table, cells_at
from parsers.typing_states import UNCALLED, gene_name, gene_of, in_usual_words, state_of

REPORT_ITEMS = ("subject", "report_id", "centre", "project", "date", "review", "software")
LOCUS_ITEMS = ("method", "test_id", "test_source", "kit", "kit_lot", "allele_db", "release", "date")
RENAMED = {"release": "stated_release"}
NO_MISMATCH = re.compile(r"0+(?:[.,]0+)?")
COMPLETE = "Complete or remove the row, and export the table again."
SEVERAL_COPIES = re.compile(r"[+|]")
GENE = re.compile(r"[A-Z][A-Z0-9~]*")
DRB345 = re.compile(r"DRB3[^0-9A-Za-z]?4[^0-9A-Za-z]?5")


class Place(NamedTuple):
    """Where a row states an item: in which column (-1: in none), and what the profile says instead."""

    item: str
    column: int
    constant: str

    def in_row(self, row: Row) -> str:
        """What a row, or else the profile, says about the item."""
        return (row.cells[self.column] if self.column >= 0 else "") or self.constant


class ReadLocus(NamedTuple):
    """What the cells of a locus say: its typing, words that say no more than a blank cell, doubts without a place."""

    typing: LocusTyping | None
    blanks: Cells = ()
    doubts: tuple[Finding, ...] = ()


class Reading:
    """One table being read under one layout.

    Where things stand is worked out once, from the header. Tables repeat the same alleles over and over, so what the
    cells of a locus say is remembered.
    """

    def __init__(self, table: Table, layout: Layout) -> None:
        self.table = table
        self.layout = layout
        self.columns = {name: place for place, name in enumerate(table.header) if name}
        self.words = layout.word_states()
        parts = [Place(each, self.columns.get(each, -1), "") for each in layout.sample_parts]
        self.sample = [self._place("sample"), *parts]
        self.ids = [each.column for each in (*self.sample, self._place("subject")) if each.column >= 0]
        self.properties = [(self.columns[name], name) for name in layout.columns.properties if name in self.columns]
        self.report_items = self._places(REPORT_ITEMS)
        self.locus_items = self._places(LOCUS_ITEMS)
        self.glstring = self._places(["glstring"])
        self.mismatches = self._place("mismatches")
        beside = (*layout.columns.quality, layout.columns.mismatches, *map(layout.columns.of, LOCUS_ITEMS))
        self.beside_of = cells_at([self.columns[name] for name in beside if name in self.columns])
        self.loci = [
            (locus, columns[0], cells_at([self.columns[each] for each in columns]))
            for locus, columns in layout.locus_columns(table.header)
        ]
        self.alleles_of = cells_at([self.columns[each] for each in layout.allele_columns(table.header)])
        self.known: dict[tuple[str, Cells, tuple[Cells, ...]], ReadLocus] = {}
        self.findings: list[Finding] = []
        self.blanks: Counter[str] = Counter()

    def reports(self, *, closed: bool) -> list[TypingReport]:
        """A report for each sample, in the order of the rows; where the last line is not `closed` its locus is doubted.

        Raises ParseError.
        """
        if not self.table.rows:
            raise ParseError("this table has a header and no row", where="line 1", expected="a row for each sample")
        made = [(rows, self._report(rows)) for rows in self._rows_of_reports()]
        end = None if closed else self.table.rows[-1]
        return [with_open_end(each, *self._loci_at(end, each)) if end in rows else each for rows, each in made]

    def _loci_at(self, end: Row | None, report: TypingReport) -> tuple[str, ...]:
        """The locus in the last cell of a row, which may be cut short or, if it is blank, cut off; none in others."""
        layout, header = self.layout, self.table.header
        columns = {
            *layout.allele_columns(header),
            *(each for _, named in layout.locus_columns(header) for each in named),
        }
        if end is None or header[-1] not in {*columns, layout.columns.glstring}:
            return ()
        if not end.cells[-1]:
            named = [name for name, columns in layout.locus_columns(header) if header[-1] in columns]
            return tuple(named or [each.locus for each in report.loci[-1:]])
        return tuple([each.locus for each in report.loci if each.reported.endswith(end.cells[-1].split("^")[-1])][-1:])

    def _rows_of_reports(self) -> Iterable[list[Row]]:
        """One row a report; of a table with a row for each locus those of a sample that say the same of the report."""
        if not self.layout.long:
            return [[row] for row in self.table.rows]
        found: dict[Cells, list[Row]] = {}
        for row in self.table.rows:
            key = (self.layout.sample_of(self._sample(row)), *(each.in_row(row) for each in self.report_items))
            found.setdefault(key, []).append(row)
        return found.values()

    def ignored(self) -> dict[str, int]:
        """How often columns that the layout does not read, and words that say nothing, stood in the rows read."""
        used = self.layout.used(self.table.header)
        left = [(place, name) for place, name in enumerate(self.table.header) if name not in used]
        counts = [(name or f"column {place + 1}", self._filled(place)) for place, name in left]
        return {path: count for path, count in [*counts, *sorted(self.blanks.items())] if count}

    def _filled(self, place: int) -> int:
        return sum(1 for row in self.table.rows if row.cells[place])

    def _places(self, items: Iterable[str]) -> list[Place]:
        """Where these items stand; one that neither the table nor the profile states is left out."""
        return [each for each in map(self._place, items) if each.column >= 0 or each.constant]

    def _place(self, item: str) -> Place:
        column = self.columns.get(self.layout.columns.of(item), -1)
        return Place(item, column, self.layout.constants.get(item, ""))

    def _cell(self, row: Row, column: str) -> str:
        return row.cells[self.columns[column]] if column in self.columns else ""

    def _sample(self, row: Row) -> str:
        """The sample's name as it stands. Raises ParseError if a column of it, or of the person, holds no id."""
        for column in self.ids:
            if found := no_sample(row.cells[column]):
                holds = f"holds {found.what} where an id should stand"
                raise self._nobodys(row, holds, self.table.header[column], found.advice)
        parts = [each.in_row(row) for each in self.sample]
        printed = "-".join(parts) if all(parts) else ""
        if not self.layout.sample_of(printed):
            named_by = " and ".join((self.layout.columns.sample, *self.layout.sample_parts))
            raise self._nobodys(row, "has no sample id", named_by, COMPLETE)
        return printed

    def _report(self, rows: list[Row]) -> TypingReport:
        self.findings = []
        loci = tuple(self._loci_of(rows))
        named = [self._sample(row) for row in rows]
        return TypingReport(
            format="lab_table",
            sample=self.layout.sample_of(named[0]),
            profile=self.layout.name,
            loci=loci,
            properties=tuple(
                [each for row, sample in zip(rows, named, strict=True) for each in self._kept(row, sample)]
            ),
            findings=(*self.findings, *release_findings(loci)),
            **{each.item: each.in_row(rows[0]) for each in self.report_items},
        )

    def _nobodys(self, row: Row, what: str, column: str, advice: str) -> ParseError:
        return ParseError(
            f"this row {what}: nobody could tell whose typing it is",
            where=f"{self.table.where(row)}, column {column}",
            expected="a sample id in every row",
            advice=advice,
        )

    def _kept(self, row: Row, sample: str) -> list[Printed]:
        """The sample's name as it stands, if it has an ending of the software's, and the columns to keep."""
        kept = [(name, row.cells[place]) for place, name in self.properties]
        if sample != self.layout.sample_of(sample):
            kept.insert(0, (self.layout.columns.sample, sample))
        return [Printed(name, cell, self.table.where(row)) for name, cell in kept if cell]

    def _loci_of(self, rows: list[Row]) -> list[LocusTyping]:
        made: list[LocusTyping | None] = []
        for row in rows:
            made += self._in_one_string(row) if self.glstring else []
            for locus, column, of in self.loci:
                made += [self._typing([row], *each, column) for each in self._by_gene(locus, of(row.cells))]
        if long := self.layout.long:
            for statement in self._statements(rows, long):
                locus = gene_name(self._cell(statement[0], long.locus))
                stated = tuple(cell for row in statement for cell in self.alleles_of(row.cells))
                made += [self._typing(statement, *each, long.locus) for each in self._by_gene(locus, stated)]
        return [each for each in made if each]

    def _in_one_string(self, row: Row) -> list[LocusTyping | None]:
        """The loci of a row that states them all in one GL String."""
        parts = self.glstring[0].in_row(row).split("^")
        return [self._typing([row], gene_of(closed_up(part)), (part,), "glstring") for part in parts]

    def _statements(self, rows: list[Row], long: Long) -> list[list[Row]]:
        """The rows of each statement of a locus: a row each, or those that hold one copy each of it."""
        if self.layout.copies or len(long.alleles) > 1:
            return [[row] for row in rows]
        found: dict[Cells, list[Row]] = {}
        for row in rows:
            several = any(SEVERAL_COPIES.search(cell) for cell in self.alleles_of(row.cells))
            items = (each.in_row(row) for each in self.locus_items)
            key = (self._cell(row, long.locus), *items, *([str(row.line)] if several else []))
            found.setdefault(key, []).append(row)
        return list(found.values())

    def _by_gene(self, locus: str, cells: Cells) -> list[tuple[str, Cells]]:
        """The cells of a locus; where it is DRB3, DRB4 and DRB5 in one, the copies of each gene that they name.

        A word (NNNN) beside an allele is of the same gene on the other haplotype; alone it is of all three.
        """
        if not DRB345.fullmatch(locus):
            return [(locus, cells)]
        genes: dict[str, list[str]] = {}
        words: list[str] = []
        for copy in map(str.strip, filter(str.strip, self._copies(cells))):
            told = words if copy.upper() in self.words else genes.setdefault(gene_of(closed_up(copy)), [])
            told.append(copy)
        genes.setdefault(next(filter(None, genes), locus), []).extend(words)
        return [(gene, tuple(copies)) for gene, copies in genes.items() if copies]

    def _typing(self, rows: list[Row], locus: str, stated: Cells, column: str) -> LocusTyping | None:
        """A locus from its cells in some rows, read or remembered; nothing where they are blank."""
        key = (locus, stated, tuple([self.beside_of(row.cells) for row in rows]))
        read = self.known.get(key)
        if read is None:
            read = self.known[key] = self._read_locus(rows, locus, [cell for cell in stated if cell])
        if read.blanks:
            self.blanks.update(read.blanks)
        if read.doubts:
            where = f"{self.table.where(rows[0])}, column {column}"
            self.findings += [msgspec.structs.replace(each, where=where) for each in read.doubts]
        return read.typing

    def _names(self, locus: str, cells: list[str]) -> list[str]:
        """The alleles of some cells, each with its gene; one cell may hold both copies."""
        copies = self._copies(cells)
        return [_with_gene(locus, copy, self.words) for copy in copies if not self.layout.is_blank(copy.strip())]

    def _copies(self, cells: Iterable[str]) -> list[str]:
        between = self.layout.copies
        return [copy for cell in cells for copy in (cell.split(between) if between else [cell])]

    def _mismatches(self, row: Row) -> bool:
        """Whether a row counts anything but no mismatch, however the zero is written."""
        count = self.mismatches.in_row(row)
        return not (self.layout.is_blank(count) or NO_MISMATCH.fullmatch(count))

    def _is_unknown(self, name: str) -> bool:
        """Whether a name has no digit, as every allele and antigen has (`-`, `N/A`), and is no word of the profile."""
        value = name.partition("*")[2] or name
        return not any(map(str.isdigit, value)) and state_of(name.replace(" ", ""), self.words) == "one_stated"

    def _read_locus(self, rows: list[Row], locus: str, cells: list[str]) -> ReadLocus:
        names = self._names(locus, cells)
        if not names:
            return ReadLocus(None, blanks=tuple(cells))
        stated = state_of("+".join(names), self.words)
        if locus and antigen_locus("+".join(names)) == locus:
            antigens = msgspec.structs.replace(self._typing_of(rows, locus, cells, stated, []), method="SER")
            return ReadLocus(antigens, doubts=(Finding("serology", SEROLOGY, "", locus),))
        state, doubts = self._state(names, rows, locus, stated)
        typing = self._typing_of(
            rows, locus, cells, state, names if state == stated and not any(map(self._is_unknown, names)) else []
        )
        return ReadLocus(typing, doubts=(*doubts, *_locus_doubts(locus, names)))

    def _state(self, names: list[str], rows: list[Row], locus: str, stated: State) -> tuple[State, list[Finding]]:
        """What the alleles state, unless the layout calls a single one no conclusion, or counts mismatches."""
        if any(map(self._mismatches, rows)):
            return "novel", [Finding("novel_candidate", "the best genotype mismatches: a novel allele?", "", locus)]
        if any(map(self._is_unknown, names)):
            message = "neither an allele nor one of the words that the profile explains; the locus is kept as printed"
            return "candidates", [Finding("not_an_allele", message, "", locus)]
        return self.layout.single if stated == "one_stated" else stated, []

    def _typing_of(
        self, rows: list[Row], locus: str, cells: list[str], state: State, concluded: list[str]
    ) -> LocusTyping:
        """The typing of a locus; `concluded` are the alleles, if they are the laboratory's conclusion."""
        return LocusTyping(
            locus=locus,
            state=state,
            reported="+".join(cells),
            expression="" if state in UNCALLED else in_usual_words("+".join(concluded), self.words),
            **{RENAMED.get(each.item, each.item): each.in_row(rows[0]) for each in self.locus_items},
            references=(),
            quality=tuple(
                Printed(name, cell)
                for row in rows
                for name in self.layout.columns.quality
                if (cell := self._cell(row, name))
            ),
        )


def _locus_doubts(locus: str, names: list[str]) -> Iterator[Finding]:
    if not locus:
        yield Finding("no_locus", "this typing names no locus")
    elif any(GENE.fullmatch(gene) and gene not in (locus, f"{locus}w") for gene in map(gene_of, names)):
        yield Finding("locus_differs", "an allele of another locus stands in this column", "", locus)


def _with_gene(locus: str, cell: str, words: dict[str, State]) -> str:
    """A cell closed up, with the gene of its column in front if it begins with its first field."""
    compact = "".join(cell.split())
    name = compact if compact.rpartition("*")[2].upper() in words else closed_up(cell)
    bare = name.lstrip("*")
    return f"{locus}*{bare}" if bare[:1].isdigit() or bare.upper() in words else name
