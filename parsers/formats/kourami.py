"""Kourami's `<sample>.result`: HLA alleles assembled from sequencing reads, at the resolution of G groups.

    A*01:01:01G  546  1.0  546  546  27.0  27.0  26.0      one copy a line, two lines a gene; tabs, no header
    A*02:01:01G;A*02:09  546  0.998  545  546 ...

allele, matched bases, identity, length assembled, length known, and three weights of bottlenecks. `;` joins alleles
that are the same where Kourami looks. An identity below 1 fits no known allele exactly. A gene without lines failed
and is not named, so nothing is said of it.

Source: Kourami's description of its output.
"""

import re

from parsers.errors import ParseError
from parsers.format import Document, Format
from parsers.records import Finding, Parsed
from parsers.tables import first_line
from parsers.tool_calls import (
    NumberedCells,
    Told,
    by_gene,
    called,
    cells_of,
    labels_of,
    lines_of,
    low_quality,
    measures,
    nothing_called,
    report_of,
    sample_of,
)

ENDINGS = (".result",)
MEASURES = ("matched bases", "identity", "assembled length", "known length", "weight 1", "weight 2", "weight 3")
_ALLELE = r"[A-Z]+[0-9]*\*[0-9:]+[A-Z]?"
FIRST = re.compile(rf"{_ALLELE}(?:;{_ALLELE})*\t[0-9]+\t[01](?:\.[0-9]+)?\t[0-9]+\t[0-9]+(?:\t[-0-9.E]+){{3}}")


def looks_like(head: bytes) -> bool:
    """Whether an allele and its seven measures stand on the first line."""
    return FIRST.fullmatch(first_line(head).strip("\n")) is not None


def parse(document: Document) -> Parsed:
    """One report. Raises ParseError."""
    lines, is_ended = lines_of(document.raw)
    rows = [(line[0], cells_of(line, 8, "an allele and seven measures, separated by tabs", 8)) for line in lines]
    if not rows:
        raise nothing_called("Kourami")
    genes = by_gene(rows, _gene)
    told = (_typing(gene, copies) for gene, copies in genes.items())
    unfinished = None if is_ended else _gene(rows[-1])
    return report_of("kourami", "Kourami", sample_of(document.name, ENDINGS), told, unfinished)


def _gene(row: NumberedCells) -> str:
    return row[1][0].partition("*")[0]


def _typing(gene: str, copies: list[NumberedCells]) -> Told:
    names = [cells[0] for _, cells in copies]
    quality = [
        measure
        for copy, (_, cells) in enumerate(copies, start=1)
        for measure in measures(labels_of(str(copy), MEASURES), cells[1:])
    ]
    doubts = [doubt for number, cells in copies for doubt in _doubts(gene, number, cells)]
    return called(gene, [name.replace(";", "/") for name in names], "+".join(names), quality), doubts


def _doubts(gene: str, number: int, cells: list[str]) -> list[Finding]:
    try:
        exact = float(cells[2]) >= 1
    except ValueError:
        raise ParseError(
            "this is no identity", found=cells[2], where=f"line {number}", expected="a number up to 1"
        ) from None
    return [] if exact else [low_quality(gene, f"identity {cells[2]}: no known allele fits", f"line {number}")]


FORMAT = Format(
    name="kourami",
    title="Kourami result (G groups)",
    verified="published descriptions",
    looks_like=looks_like,
    parse=parse,
    sample_in_name=True,
)
