"""Illumina DRAGEN's `<prefix>.hla.tsv`, by its header, for the columns have changed from version to version.

    A1          A2          B1  ...                                   one row (4.0 to 4.3, class I, two fields)
    gene        num_alleles allele_1   allele_2   ...                 a row a gene (from 4.4 on)
    HLA-A       2           A*01:01    A*02:01
    HFE         NA          NA         NA                             genes that are no HLA typing

NA is no call, one allele beside it one copy stated. Where `num_alleles` is not how many are named, nothing is called.
Columns may stand in any order; those that are not named here are kept as measures.

Source: what DRAGEN's user guides say of the file, and how programs of others read it; no file has been seen.
"""

import re

from parsers.errors import ParseError
from parsers.format import Document, Format
from parsers.records import Parsed, Printed
from parsers.tables import first_line
from parsers.tool_calls import (
    NumberedCells,
    Told,
    called,
    cells_of,
    counted,
    lines_of,
    measures,
    nothing_called,
    report_of,
    sample_of,
)
from parsers.typing_states import gene_name

ENDINGS = (".hla.tsv", ".hla.mhc-I.tsv")
GENE_COLUMN, COUNT_COLUMN = "gene", "num_alleles"
CLASS_I = ["A1", "A2", "B1", "B2", "C1", "C2"]
WIDE = re.compile(r"([A-Z]+[0-9]*?)([12])")
ALLELE_COLUMN = re.compile(r"allele_[0-9]+")
GENE = re.compile(r"HLA-.+|[A-G]|D[PQR][AB][1-9]?|MIC[AB]")
"""Genes that are typed; others (HFE, R, Y) stand in the table too, with alleles or without."""
NONE = ("NA", "", "-")

Read = tuple[list[Told], tuple[Printed, ...], str]
"""The typings of a table, what else it holds, and the locus that its last line ends in."""


def looks_like(head: bytes) -> bool:
    """Whether the header is one of DRAGEN's."""
    names = first_line(head).split("\t")
    return {GENE_COLUMN, "allele_1"}.issubset(names) or sorted(names[:6]) == CLASS_I


def parse(document: Document) -> Parsed:
    """One report. Raises ParseError."""
    lines, is_ended = lines_of(document.raw)
    if len(lines) < 2:
        raise nothing_called("DRAGEN")
    names = cells_of(lines[0], 3, "the header of DRAGEN")
    expected = f"{len(names)} cells, separated by tabs"
    rows = [(line[0], cells_of(line, len(names), expected, len(names))) for line in lines[1:]]
    told, others, last = _by_gene(names, rows) if GENE_COLUMN in names else _wide(names, rows)
    sample = sample_of(document.name, ENDINGS)
    return report_of("dragen_hla", "DRAGEN", sample, told, None if is_ended else last, others)


def _by_gene(names: list[str], rows: list[NumberedCells]) -> Read:
    columns, gene = range(len(names)), names.index(GENE_COLUMN)
    alleles = sorted((place for place in columns if ALLELE_COLUMN.fullmatch(names[place])), key=names.__getitem__)
    rest = [place for place in columns if place != gene and place not in alleles]
    labels = [names[place] for place in rest]
    told, others, last = list[Told](), list[Printed](), ""
    for line, cells in rows:
        last = ""
        if GENE.fullmatch(cells[gene]) or any("*" in cell for cell in cells):
            measured = measures(labels, [cells[place] for place in rest])
            told.append(_typing(cells[gene], [cells[place] for place in alleles], measured, f"line {line}"))
            last = told[-1][0].locus
        else:
            others.append(Printed(cells[gene], " ".join(cells[:gene] + cells[gene + 1 :])))
    return told, tuple(others), last


def _typing(name: str, alleles: list[str], quality: tuple[Printed, ...], where: str) -> Told:
    gene = gene_name(name)
    named = [each if "*" in each else f"{gene}*{each}" for each in alleles if each not in NONE]
    alleles = alleles[:2] + [each for each in alleles[2:] if each not in NONE]
    typing = called(gene, named, "+".join(alleles), quality)
    stated = next((each.text for each in quality if each.label == COUNT_COLUMN), "")
    return (typing, ()) if stated in NONE else counted(typing, stated, named, where)


def _wide(names: list[str], rows: list[NumberedCells]) -> Read:
    if len(rows) > 1:
        raise ParseError(
            "this table has more than one row", where="line 3", expected="the two alleles of each gene once"
        )
    genes: dict[str, list[str]] = {}
    cells_by_name = list(zip(names, rows[0][1], strict=True))
    for name, cell in cells_by_name:
        if column := WIDE.fullmatch(name):
            genes.setdefault(column[1], []).append(cell)
    rest = [(name, cell) for name, cell in cells_by_name if not WIDE.fullmatch(name)]
    quality = measures([name for name, _ in rest], [cell for _, cell in rest])
    loci = [
        called(gene, [cell for cell in cells if cell not in NONE], "+".join(cells), quality)
        for gene, cells in genes.items()
    ]
    last = WIDE.fullmatch(names[-1])
    return [(each, ()) for each in loci], (), last[1] if last else ""


FORMAT = Format(
    name="dragen_hla",
    title="DRAGEN HLA calls",
    verified="published descriptions",
    looks_like=looks_like,
    parse=parse,
    sample_in_name=True,
)
