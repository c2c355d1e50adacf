"""Tables of GL Strings: an id, then the typing as one GL String over all loci, or one GL String a locus.

    id,glstring,population                                     with a header, comma, semicolon or tab
    D1,A*01:01:01:01+26:01:01^B*38:01:01/38:27,EURO            genes may be left out behind the first name of a locus
    1 <tab> DPB1*26:01P+DPB1*05:01 <tab> A*11:01+A*02:07       without one (Hapl-o-Mat .glc), loci in any order
    rid,did,recip_gl,donor_gl                                  a recipient and a donor in each row (py-ard's sample)

A header says which column is the id (config/codes/table_headings.toml lists its names), wherever that stands; a table
whose header does not, or names two, is refused. Cells joined by a comma are UNIFORMAT's.
Lines may end in any way, carriage returns alone among them. A GL String may be a GL String Code. A gene that was left
out is put before its name where only one reading is possible. Recipients are marked as such. Antigens (`A1+A2`)
are a typing by serology, and no alleles.

Source: py-ard's and Hapl-o-Mat's example files, GRIMM's input (id,glstring,population).
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from msgspec.structs import replace

from parsers.code_tables import settings
from parsers.duplicates import marked
from parsers.errors import ParseError
from parsers.format import Document, Format
from parsers.glstring_code import (
    SEROLOGY,
    antigen_locus,
    glstring_findings,
    is_well_formed,
    locus_of,
    unwrapped,
    with_gene,
)
from parsers.kir import without_kir_alone
from parsers.name_blanks import closed_up
from parsers.no_sample_cells import no_sample
from parsers.open_end import loci_at_end, with_open_end
from parsers.records import Finding, Ignored, LocusTyping, Parsed, Printed, TypingReport
from parsers.tables import Row, Table, first_line, header_of, read_text_table, refuse_header, separator_of, text_rows
from parsers.text_encoding import decoded
from parsers.typing_states import UNCALLED, WMDA_WORDS, in_usual_words, state_of

GLSTRING_COLUMNS = {
    "glstring": "",
    "gl_string": "",
    "gl string": "",
    "gl": "",
    "recip_gl": "RECIPIENT",
    "donor_gl": "DONOR",
}
"""Names of a column of GL Strings, with whose they are if the name says so."""
ID_COLUMNS = {"recip_gl": "rid", "donor_gl": "did"}
"""The id column that belongs to a column of GL Strings by its name, where it is there."""
RECIPIENT_HEADINGS = frozenset(settings("table_headings.toml")["recipient_id"])
ID_HEADINGS = RECIPIENT_HEADINGS.union(settings("table_headings.toml")["glstring_id"])
FAMILY_COLUMN = "birthseq"
"""In a table of families (GRAMM) one column does not name a person; a profile of lab_table puts two together."""
PROPERTY_COLUMNS = ("population", "pop", "race")
HEADER_NAMES = ID_HEADINGS.union(GLSTRING_COLUMNS, PROPERTY_COLUMNS)
GLSTRING = re.compile(
    r"(?:(?:hla|kir)#[^#]*#)?(?:HLA-)?(?:[A-Z][A-Z0-9]*|Cw)\*[0-9A-Za-z]+(?:[:*+|~/^?][-A-Za-z0-9:*+|~/^?]*)?"
)
GENE = re.compile(r"HLA-[A-Z]|(?:HLA-)?D[PQR][AB][1-9]?|MIC[AB]")
OPERATORS = re.compile(r"[+|^~/]")
COMMA_PAIR = re.compile(r"\*[^\s,]+,[^\s,]*\*")
"""Two alleles joined by a comma, as in UNIFORMAT."""


class Column(NamedTuple):
    """A column of GL Strings, the column of their ids, and whose they are."""

    place: int
    id_place: int
    project: str = ""


def looks_like(head: bytes) -> bool:
    """Whether the header names GL Strings, or the first line is an id and GL Strings with operators in them."""
    line = first_line(head)
    cells = header_of(line, separator_of(line))
    return _is_header(cells) or (_is_row(cells) and not _has_comma_pairs(head, separator_of(line)))


def _has_comma_pairs(head: bytes, separator: str) -> bool:
    """Whether alleles are joined by a comma that separates no cells."""
    return separator != "," and COMMA_PAIR.search(head.decode("latin-1")) is not None


def _is_header(cells: Sequence[str]) -> bool:
    names = [cell.lower() for cell in cells[1:]]
    return any(name in GLSTRING_COLUMNS for name in names) and FAMILY_COLUMN not in names


def _is_row(cells: Sequence[str]) -> bool:
    """Whether an id and GL Strings stand here; where the first cell is a gene, the rows are of one person's genes."""
    if not cells or GENE.fullmatch(cells[0]):
        return False
    texts = [cell for cell in cells[1:] if cell]
    named = bool(texts) and all(GLSTRING.fullmatch("".join(text.split())) for text in texts[:1])
    whole = len(texts) < 3 or all(GLSTRING.fullmatch("".join(text.split())) for text in texts)
    return named and whole and "*" not in cells[0] and any(OPERATORS.search(text) for text in texts[:1])


def parse(document: Document) -> Parsed:
    """A report for each id and its GL Strings, in the order of the rows. Raises ParseError."""
    line = first_line(document.head)
    separator = separator_of(line)
    text = decoded(document.raw)
    cells = header_of(line, separator)
    if not (_is_header(cells) or _is_row(cells)):
        raise ParseError(
            "the first line names no GL String and holds none",
            found=line,
            where="line 1",
            expected="a header such as id,glstring or an id and GL Strings",
        )
    if _is_header(cells):
        reports, ignored = _read_table(read_text_table(text, separator))
    else:
        reports, ignored = _read_rows([row for row in text_rows(text, separator) if any(row.cells)]), ()
    if not reports:
        raise ParseError("this table holds no GL String", where="line 1", expected="an id and a GL String in each row")
    if not text.endswith("\n"):
        reports[-1] = with_open_end(reports[-1], *loci_at_end(reports[-1], text))
    kept, left = without_kir_alone(reports)
    return Parsed(reports=marked(kept), ignored=(*ignored, *left))


def _read_rows(rows: list[Row]) -> list[TypingReport]:
    """Rows without a header: an id, and a GL String in every other cell."""
    for row in rows:
        refuse_header(row, HEADER_NAMES)
    columns = [Column(place, 0) for place in range(1, max(len(row.cells) for row in rows))]
    return [_report(row, columns, ()) for row in rows]


def _read_table(table: Table) -> tuple[list[TypingReport], tuple[Ignored, ...]]:
    names = [name.lower().partition(" (")[0] for name in table.header]  # a repeated name is numbered: glstring (2)
    columns = [_column(place, name, names) for place, name in enumerate(names) if name in GLSTRING_COLUMNS]
    ids = {each.id_place for each in columns}
    kept = [(place, name) for place, name in enumerate(table.header) if names[place] in PROPERTY_COLUMNS]
    used = {*ids, *(each.place for each in columns), *(place for place, _ in kept)}
    left = [
        (name, sum(1 for row in table.rows if row.cells[place]))
        for place, name in enumerate(table.header)
        if place not in used
    ]
    reports = [
        _report(row, [each], kept)
        for row in table.rows
        for each in columns
        if row.cells[each.place] or row.cells[each.id_place]
    ]
    return reports, tuple(Ignored(name or "a column without a name", count) for name, count in left if count)


def _column(place: int, name: str, names: list[str]) -> Column:
    own_id = ID_COLUMNS.get(name)
    id_place = names.index(own_id) if own_id in names else _id_place(names)
    of_recipients = _spelt(names[id_place]) in RECIPIENT_HEADINGS
    return Column(place, id_place, GLSTRING_COLUMNS[name] or (GLSTRING_COLUMNS["recip_gl"] if of_recipients else ""))


def _spelt(heading: str) -> str:
    return re.sub("[ -]+", "_", heading)


def _id_place(names: list[str]) -> int:
    """The column of ids. Raises ParseError unless the header names one."""
    found = [place for place, name in enumerate(names) if _spelt(name) in ID_HEADINGS]
    if len(found) == 1:
        return found[0]
    raise ParseError(
        "the header names several columns of ids" if found else "the header names no column of ids",
        found=", ".join(names[place] for place in found) or ", ".join(names),
        where="line 1",
        expected="one column called id, and one called glstring",
        advice="Call the column that says whose typing it is id.",
    )


def _report(row: Row, columns: Sequence[Column], kept: Sequence[tuple[int, str]]) -> TypingReport:
    sample = row.cells[columns[0].id_place]
    if found := no_sample(sample):
        raise ParseError(
            f"this row holds {found.what} where an id should stand: nobody could tell whose typing it is",
            where=f"line {row.line}",
            expected="an id in every row",
            advice=found.advice,
        )
    if not sample:
        raise ParseError(
            "this row has no id: nobody could tell whose typing it is",
            where=f"line {row.line}",
            expected="an id in every row",
            advice="Complete or remove the row, and export the table again.",
        )
    where = f"line {row.line}"
    loci: list[LocusTyping] = []
    findings: list[Finding] = []
    for text in (row.cells[each.place] for each in columns if each.place < len(row.cells)):
        glstring, release = unwrapped(text)
        for part in filter(None, glstring.split("^")):
            locus, doubts = _read(part, release)
            loci.append(locus)
            findings += [replace(doubt, where=where) for doubt in doubts]
    return TypingReport(
        format="glstring_table",
        sample=sample,
        project=columns[0].project,
        loci=tuple(loci),
        properties=tuple([Printed(name, cell, where) for place, name in kept if (cell := row.cells[place])]),
        findings=tuple(findings),
    )


@lru_cache(maxsize=4096)  # registries state the same typing of a locus for many people
def _read(part: str, release: str) -> tuple[LocusTyping, tuple[Finding, ...]]:
    """One locus of a GL String, and what is odd about it, without the place."""
    if gene := antigen_locus(closed_up(part)):
        return _antigens(part, gene, release), (Finding("serology", SEROLOGY, "", gene),)
    locus = _locus(part, release)
    found = glstring_findings(part, release, "", locus.locus)
    return locus, (*found, *(() if locus.locus else (Finding("no_locus", "this typing names no locus"),)))


def _antigens(part: str, gene: str, release: str) -> LocusTyping:
    state = state_of(closed_up(part))
    return LocusTyping(locus=gene, state=state, reported=part, method="SER", stated_release=release)


def _locus(part: str, release: str) -> LocusTyping:
    written = closed_up(part)
    locus = locus_of(written)
    gene = written.partition("*")[0] if is_well_formed(written) else ""
    expression = in_usual_words(with_gene(written, gene), WMDA_WORDS)
    state = state_of(expression)
    return LocusTyping(
        locus=locus,
        state=state,
        reported=part,
        expression="" if state in UNCALLED else expression,
        stated_release=release,
    )


FORMAT = Format(
    name="glstring_table",
    title="Tables of GL Strings: id and GL String, with or without a header (py-ard, GRIMM, Hapl-o-Mat .glc)",
    verified="real samples",
    looks_like=looks_like,
    parse=parse,
)
