"""The report of TruSight HLA Assign saved as a table: a sample has two rows, one for each allele of every locus.

    P12_S34                                          the run's own title
    Created      2019-03-04
    References   3.34.0                              the release of IPD-IMGT/HLA
    CWD Set      2.0.0
    Sample Name  HLA-A        HLA-B        HLA-C
    D-1          01:01:01     07:02:01     07:02:01
                 02:01:01     08:01:01

An allele stands with or without its gene. The same one twice is homozygous; beside a blank cell it is one copy and no
more; a locus with two blank cells states nothing. A cell that holds anything else is kept as printed.

Source: a sequencing service's public description of the report; no file of the software has been seen.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from parsers.duplicates import marked
from parsers.errors import ParseError
from parsers.format import Document, Format
from parsers.open_end import with_open_end
from parsers.records import Finding, LocusTyping, Parsed, Printed, TypingReport
from parsers.tables import Row, header_names, is_workbook, refuse_header, separator_of, text_rows
from parsers.text_encoding import decoded
from parsers.tool_calls import called
from parsers.typing_states import gene_name
from parsers.xml_document import text_of

TITLE, SAMPLE_NAME, CREATED, RELEASE, COMMON = "title", "Sample Name", "Created", "References", "CWD Set"
LOCUS = re.compile(r"HLA-[A-Z]+[0-9]*")
ALLELE = re.compile(r"(?:(?:HLA-)?(?P<gene>[A-Z]+[0-9]*)\*)?(?P<fields>[0-9]{2,4}(?::[0-9]{2,4}){1,3}[NLSCAQ]?)")


class Sample(NamedTuple):
    """A sample: its name, the line it begins on, and the two cells of every column."""

    name: str
    line: int
    cells: list[tuple[str, str]]


def looks_like(head: bytes) -> bool:
    """Whether the labels of the report's head stand above a header of samples and loci."""
    text = text_of(head)
    return not is_workbook(head) and all(each in text for each in (SAMPLE_NAME, RELEASE, COMMON, "HLA-"))


def parse(document: Document) -> Parsed:
    """A report for each sample. Raises ParseError."""
    text = decoded(document.raw)
    rows = [row for row in text_rows(text, separator_of(text[:8192])) if any(row.cells)]
    begin = next((n for n, row in enumerate(rows) if row.cells[0] == SAMPLE_NAME), None)
    if begin is None:
        raise ParseError(
            "this report has no header", where="the file", expected=f"a row that begins with {SAMPLE_NAME}"
        )
    stated = [_stated(row) for row in rows[:begin]]
    header = rows[begin].cells
    genes = [gene_name(name) if LOCUS.fullmatch(name) else "" for name in header]
    names = header_names(header)
    for row in rows[begin + 1 :]:
        refuse_header(row, names)
    samples = _samples(rows[begin + 1 :], len(header))
    reports = [_report(sample, header, genes, stated) for sample in samples]
    if not reports:
        raise ParseError("this report has no sample", where="the file", expected="two rows below the header")
    if not text.endswith("\n"):
        reports[-1] = with_open_end(reports[-1], *_cut_off(rows[-1], genes))
    return Parsed(reports=marked(reports))


def _cut_off(row: Row, genes: Sequence[str]) -> Sequence[str]:
    """The loci of a row from its last filled cell on."""
    return genes[max(place for place, cell in enumerate(row.cells) if cell) :]


def _stated(row: Row) -> Printed:
    """What a row of the head states by its label; text without a label is the title."""
    label, *values = [cell for cell in row.cells if cell]
    if not values and ": " in label:
        label, *values = label.split(": ", 1)
    where = f"line {row.line}"
    return Printed(label.removesuffix(":"), " ".join(values), where) if values else Printed(TITLE, label, where)


def _samples(rows: Sequence[Row], columns: int) -> Iterator[Sample]:
    """The samples, two rows each. Raises ParseError."""
    for one, other in zip(rows[::2], [*rows[1::2], None], strict=False):
        name = one.cells[0]
        if not name or other is None or other.cells[0] not in ("", name):
            raise ParseError(
                "this sample does not have two rows",
                found=name,
                where=f"line {one.line}",
                expected="the sample's name, and below it a row with the second alleles",
                advice="Ask the sender to export the report again.",
            )
        yield Sample(name, one.line, list(zip(_cells(one, columns), _cells(other, columns), strict=True)))


def _cells(row: Row, columns: int) -> Sequence[str]:
    """The cells below the header; those left out at the end are blank. Raises ParseError if there are more."""
    if any(row.cells[columns:]):
        raise ParseError(
            f"this row has {len(row.cells)} cells and the header {columns}",
            where=f"line {row.line}",
            expected=f"{columns} cells",
        )
    return (*row.cells, *[""] * columns)[:columns]


def _report(
    sample: Sample,
    header: Sequence[str],
    genes: Sequence[str],
    stated: Sequence[Printed],
) -> TypingReport:
    columns = [each for each in zip(header, genes, sample.cells, strict=True) if any(each[2])][1:]
    title, created, release = (_first(stated, label) for label in (TITLE, CREATED, RELEASE))
    return TypingReport(
        format="trusight_assign",
        sample=sample.name,
        date=created.text,
        project=title.text,
        software="TruSight HLA Assign",
        loci=tuple([_typing(gene, *cells, release.text) for _, gene, cells in columns if gene]),
        properties=(
            *(each for each in stated if each not in (title, created, release)),
            *(Printed(name, "+".join(filter(None, cells))) for name, gene, cells in columns if not gene),
        ),
        findings=tuple(_findings(sample, [(gene, cells) for _, gene, cells in columns if gene])),
    )


def _first(stated: Sequence[Printed], label: str) -> Printed:
    return next((each for each in stated if each.label == label), Printed(label, ""))


@lru_cache(maxsize=4096)  # many samples have the same two alleles
def _typing(gene: str, one: str, other: str, release: str) -> LocusTyping:
    printed = "+".join(filter(None, (one, other)))
    alleles = [_allele(cell, gene) for cell in (one, other) if cell]
    if None in alleles:
        return LocusTyping(locus=gene, state="candidates", reported=printed, method="NGS", stated_release=release)
    return called(gene, filter(None, alleles), printed, stated_release=release)


@lru_cache(maxsize=4096)
def _allele(cell: str, gene: str) -> str | None:
    """The allele with its gene; None if the cell holds anything else."""
    found = ALLELE.fullmatch(cell)
    return f"{gene}*{found['fields']}" if found and found["gene"] in (None, gene) else None


def _findings(sample: Sample, loci: Sequence[tuple[str, tuple[str, str]]]) -> Iterator[Finding]:
    for gene, cells in loci:
        if not all(_allele(cell, gene) for cell in cells if cell):
            message = "this is no allele of the locus; it is kept as printed"
            yield Finding("not_an_allele", message, f"line {sample.line}", gene)
    if not loci:
        yield Finding("no_call", "no allele stands beside this sample", f"line {sample.line}")


FORMAT = Format(
    name="trusight_assign",
    title="TruSight HLA Assign report as a table",
    verified="published descriptions",
    looks_like=looks_like,
    parse=parse,
)
