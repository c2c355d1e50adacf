"""T1K's `<sample>_genotype.tsv`: genotypes of HLA genes from sequencing reads; of KIR genes, in the same layout.

    HLA-A  2  HLA-A*01:01:01  42.97  15  HLA-A*03:01:01  42.09  14      gene, alleles found, then allele, abundance,
    HLA-B  1  HLA-B*08:01:01  83.95  38  .               0      -1      quality of each; tabs, no header

`. 0 -1` is no second allele: homozygous or a single copy, the tool does not say. Commas join alleles that it cannot
tell apart. A call of quality 0 or less is to be left out, say its authors: it is kept as a reference and not called.
Cells behind the eighth are further alleles, kept as references. The genes of KIR are no HLA typing and kept as
properties: a table of these alone is refused.

Source: the example output of T1K, and its description.
"""

import re

from parsers.errors import ParseError
from parsers.format import Document, Format
from parsers.records import Parsed, Printed
from parsers.tables import first_line
from parsers.tool_calls import (
    Line,
    Told,
    called,
    cells_of,
    counted,
    lines_of,
    low_quality,
    measures,
    report_of,
    sample_of,
)
from parsers.typing_states import gene_name

ENDINGS = ("_genotype.tsv",)
FIRST = re.compile(r"(?:HLA-|KIR)[A-Z0-9]+\t[0-9]+\t\S+\t[0-9.]+\t-?[0-9]+\t\S+\t[0-9.]+\t-?[0-9]+(?:\t.*)?")
EXPECTED = "gene, number of alleles, then allele, abundance and quality twice, separated by tabs"
TYPED = ("HLA-", "MIC")
"""How the genes begin that are typings here; every other gene is kept as printed."""

MEASURES = ("abundance 1", "quality 1", "abundance 2", "quality 2")
NONE = "."


def looks_like(head: bytes) -> bool:
    """Whether a gene with two alleles, abundances and qualities stands on the first line."""
    return FIRST.fullmatch(first_line(head).strip("\n")) is not None


def parse(document: Document) -> Parsed:
    """One report of the HLA genes. Raises ParseError."""
    lines, is_ended = lines_of(document.raw)
    rows = [(line, cells_of(line, 8, EXPECTED)) for line in lines]
    typed = [(line, cells) for line, cells in rows if cells[0].startswith(TYPED)]
    if not typed:
        raise ParseError(
            "this T1K table holds no HLA gene",
            found=rows[0][1][0] if rows else "",
            where="line 1",
            expected="genes that begin with HLA-",
            advice="KIR typings are not read.",
        )
    others = tuple(
        Printed(cells[0], " ".join(cells[1:]), f"line {line[0]}")
        for line, cells in rows
        if not cells[0].startswith(TYPED)
    )
    told = [_typing(line, cells) for line, cells in typed]
    last = told[-1][0].locus if typed[-1] == rows[-1] else ""
    return report_of("t1k", "T1K", sample_of(document.name, ENDINGS), told, None if is_ended else last, others)


def _typing(line: Line, cells: list[str]) -> Told:
    gene, where = gene_name(cells[0]), f"line {line[0]}"
    named = [call for call in (cells[2:5], cells[5:8]) if call[0] != NONE]
    sure = [_quality(call, where) > 0 for call in named]
    unsure = [call for call, is_sure in zip(named, sure, strict=True) if not is_sure]
    copies = [call[0].replace(",", "/") for call, is_sure in zip(named, sure, strict=True) if is_sure]
    quality = (Printed("alleles found", cells[1]), *measures(MEASURES, (*cells[3:5], *cells[6:8])))
    references = [Printed("not called", call[0]) for call in unsure if call[0]]
    references += [Printed("further allele", cell) for cell in cells[8:] if cell]
    doubts = [low_quality(gene, f"quality {call[2]}; {call[0]} is not called", where) for call in unsure]
    names = [call[0] for call in named]
    typing, doubt = counted(called(gene, copies, "+".join(names), quality, references), cells[1], names, where)
    return typing, [*doubt, *doubts]


def _quality(call: list[str], where: str) -> int:
    try:
        return int(call[2])
    except ValueError:
        raise ParseError("this is no quality", found=call[2], where=where, expected="a whole number") from None


FORMAT = Format(
    name="t1k",
    title="T1K genotypes (HLA)",
    verified="published descriptions",
    looks_like=looks_like,
    parse=parse,
    sample_in_name=True,
)
