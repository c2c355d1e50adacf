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

from parsers.errors import ParseError
from parsers.format import Document, Format
from parsers.records import Finding, LocusTyping, Parsed, TypingReport
from parsers.tables import first_line
from parsers.tool_calls import (
    by_gene,
    called,
    cells_of,
    labels_of,
    lines_of,
    low_quality,
    measures,
    nothing_called,
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


def looks_like(head: bytes) -> bool:
    """Whether the header is HLA*LA's."""
    return first_line(head).lstrip("\ufeff").split("\t")[:5] == FIRST_COLUMNS


def parse(document: Document) -> Parsed:
    """One report. Raises ParseError."""
    (header, *lines), findings = _lines(document.raw)
    names = cells_of(header, len(FIRST_COLUMNS), ", ".join(FIRST_COLUMNS))
    if names[: len(FIRST_COLUMNS)] != FIRST_COLUMNS:
        raise ParseError(
            "this is not the header of HLA*LA", found=header[1][:80], where="line 1", expected=", ".join(FIRST_COLUMNS)
        )
    rows = [
        (number, cells_of((number, text), len(names), f"{len(names)} cells by tabs", len(names)))
        for number, text in lines
    ]
    genes = by_gene(rows, lambda row: gene_name(row[1][0]))
    doubts = [
        doubt for gene, each in genes.items() for number, cells in each for doubt in _doubts(gene, number, names, cells)
    ]
    return Parsed(
        reports=(
            TypingReport(
                format="hla_la",
                sample=sample_of(document.name, ENDINGS, USUAL),
                software="HLA*LA",
                loci=tuple(_typing(gene, tuple(names), [cells for _, cells in each]) for gene, each in genes.items()),
                findings=(*_once(doubts), *findings),
            ),
        )
    )


def _lines(raw: bytes) -> tuple[list[tuple[int, str]], tuple[Finding, ...]]:
    lines, findings = lines_of(raw)
    if len(lines) < 2:
        raise nothing_called("HLA*LA")
    return lines, findings


def _typing(gene: str, names: tuple[str, ...], rows: list[list[str]]) -> LocusTyping:
    alleles = [cells[2].replace(";", "/") for cells in rows if _has_evidence(names, cells)]
    quality = [measure for cells in rows for measure in measures(labels_of(cells[1], names[3:]), cells[3:])]
    return called(gene, [each for each in alleles if "*" in each], "+".join(cells[2] for cells in rows), quality)


def _has_evidence(names: tuple[str, ...], cells: list[str]) -> bool:
    told = dict(zip(names, cells, strict=False))
    probability, depth = (_number(told.get(name, "inf"), cells[0]) for name in ("Q1", "AverageCoverage"))
    return probability >= SURE and depth >= HAS_READS


def _once(doubts: list[Finding]) -> list[Finding]:
    first: dict[tuple[str, str], Finding] = {}
    for doubt in doubts:
        first.setdefault((doubt.locus, doubt.message), doubt)
    return list(first.values())


def _doubts(gene: str, number: int, names: list[str], cells: list[str]) -> list[Finding]:
    told = dict(zip(names, cells, strict=False))
    where = f"line {number}"
    found = []
    if not _number(told["Q1"], where) >= SURE:  # so that `nan` is no assurance
        found.append(low_quality(gene, f"Q1 is {told['Q1']}, below {SURE}; it is not called", where))
    depth = _number(told.get("AverageCoverage", "inf"), where)
    if not depth >= COVERED:
        uncalled = "" if depth >= HAS_READS else "; it is not called"
        measure = f"the average depth is {told['AverageCoverage']}, below {COVERED}{uncalled}"
        found.append(low_quality(gene, measure, where))
    if told.get("perfectG") == "0":
        found.append(low_quality(gene, "no G group fits exactly (perfectG is 0)", where))
    return found


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
    named=True,
    ignores=("Chromosome",),
)
