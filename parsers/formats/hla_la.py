"""HLA*LA's `R1_bestguess_G.txt` and `R1_bestguess.txt`: the best pair of G groups, or of alleles, of each gene.

    Locus  Chromosome  Allele         Q1  Q2   AverageCoverage  ...  perfectG      separated by tabs
    A      1           A*11:01:01G    1   -70  49.3
    A      2           A*01:01:01G    1   -70  49.3

`Chromosome` counts the copies and is no phase. Q1 is the probability of the call; DRB3 and DRB4 are reported also where
nobody has them, with a coverage near nothing: what is improbable or has no reads is kept as printed and not called.
Without `_G` an `Allele` may be a list, `;` between its names. The tool writes one folder for each sample, so the sample
is the folder above, unless the file is named after it.

Source: the example outputs of HLA*LA.
"""

import math
from typing import NamedTuple

from parsers.errors import ParseError
from parsers.format import Document, Format
from parsers.records import Finding, Parsed
from parsers.tables import first_line
from parsers.tool_calls import (
    Line,
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
from parsers.typing_states import gene_name

ENDINGS = ("_bestguess_G.txt", "_bestguess.txt", "_output_G.txt", "_output.txt")
USUAL = ("R1",)
FIRST_COLUMNS = ["Locus", "Chromosome", "Allele", "Q1", "Q2"]
SURE, COVERED = 0.9, 5.0
"""Below this probability, or this average depth, the tool's authors advise against relying on a call."""
HAS_READS = 1.0
"""Below this average depth there is no evidence for a call at all."""


class Copy(NamedTuple):
    """One row: the allele, nothing if it is not called, and what is doubtful about it."""

    allele: str
    doubts: list[Finding]


def looks_like(head: bytes) -> bool:
    """Whether the header is HLA*LA's."""
    return first_line(head).split("\t")[:5] == FIRST_COLUMNS


def parse(document: Document) -> Parsed:
    """One report. Raises ParseError."""
    (header, *lines), is_ended = _lines(document.raw)
    names = cells_of(header, len(FIRST_COLUMNS), ", ".join(FIRST_COLUMNS))
    if names[: len(FIRST_COLUMNS)] != FIRST_COLUMNS:
        raise ParseError(
            "this is not the header of HLA*LA", found=header[1][:80], where="line 1", expected=", ".join(FIRST_COLUMNS)
        )
    rows = [(line[0], cells_of(line, len(names), f"{len(names)} cells by tabs", len(names))) for line in lines]
    told = (_typing(gene, tuple(names), each) for gene, each in by_gene(rows, _gene).items())
    unfinished = None if is_ended else _gene(rows[-1])
    return report_of("hla_la", "HLA*LA", sample_of(document.name, ENDINGS, USUAL), told, unfinished)


def _lines(raw: bytes) -> tuple[list[Line], bool]:
    lines, is_ended = lines_of(raw)
    if len(lines) < 2:
        raise nothing_called("HLA*LA")
    return lines, is_ended


def _gene(row: NumberedCells) -> str:
    return gene_name(row[1][0])


def _typing(gene: str, names: tuple[str, ...], numbered: list[NumberedCells]) -> Told:
    rows = [cells for _, cells in numbered]
    copies = [_copy(gene, dict(zip(names, cells, strict=True)), f"line {number}") for number, cells in numbered]
    quality = [measure for cells in rows for measure in measures(labels_of(cells[1], names[3:]), cells[3:])]
    doubts: dict[str, Finding] = {}
    for doubt in (each for copy in copies for each in copy.doubts):
        doubts.setdefault(doubt.message, doubt)
    typing = called(gene, [copy.allele for copy in copies], "+".join(cells[2] for cells in rows), quality)
    return typing, tuple(doubts.values())


def _copy(gene: str, told: dict[str, str], where: str) -> Copy:
    """A copy as the tool calls it. `nan` is no assurance, so every comparison has to hold."""
    probability = _number(told["Q1"], where)
    depth = _number(told.get("AverageCoverage", "inf"), where)
    is_sure, has_reads = probability >= SURE, depth >= HAS_READS
    is_called = is_sure and has_reads and "*" in told["Allele"]
    doubts = []
    if not is_sure:
        doubts.append(low_quality(gene, f"Q1 is {told['Q1']}, below {SURE}; it is not called", where))
    if not depth >= COVERED:
        uncalled = "" if has_reads else "; it is not called"
        measure = f"the average depth is {told['AverageCoverage']}, below {COVERED}{uncalled}"
        doubts.append(low_quality(gene, measure, where))
    if told.get("perfectG") == "0":
        doubts.append(low_quality(gene, "no G group fits exactly (perfectG is 0)", where))
    return Copy(told["Allele"].replace(";", "/") if is_called else "", doubts)


def _number(text: str, where: str) -> float:
    try:
        return math.nan if text == "NA" else float(text)
    except ValueError:
        raise ParseError("this is not a number", found=text, where=where, expected="a number") from None


FORMAT = Format(
    name="hla_la",
    title="HLA*LA best guess (alleles or G groups)",
    verified="real samples",
    looks_like=looks_like,
    parse=parse,
    sample_in_name=True,
    ignores=("Chromosome",),
)
