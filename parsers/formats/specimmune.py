"""SpecImmune's `<sample>.HLA.final.type.result.formatted.txt`: HLA and its neighbours from long reads.

    # version: IPD-IMGT/HLA 3.56.0
    Locus   Chromosome  Genotype                  Match_info               Reads_num  Step1_type  One_guess
    HLA-A   1           HLA-A*02:803N;HLA-A*...   HLA-A*02:803N|3516|1.0   49         ...         HLA-A*02:01:01:01

`Genotype` lists with `;` what the copy may be, so it is what is called; `One_guess` is the tool's own choice among them
and `Step1_type` an earlier step's, both kept as references. NA is no call. `Match_info` holds for each name the length
compared and the identity: a copy whose best identity is below 1 fits no known allele exactly.

Source: an output that SpecImmune's authors publish.
"""

import re

from parsers.errors import ParseError
from parsers.format import Document, Format
from parsers.records import Finding, Parsed, Printed
from parsers.tool_calls import (
    NumberedCells,
    Told,
    by_gene,
    called,
    cells_of,
    head_text,
    labels_of,
    lines_of,
    low_quality,
    measures,
    nothing_called,
    report_of,
    sample_of,
)
from parsers.typing_states import gene_name

ENDINGS = (".HLA.final.type.result.formatted.txt", ".final.type.result.formatted.txt")
COLUMNS = ["Locus", "Chromosome", "Genotype", "Match_info", "Reads_num", "Step1_type", "One_guess"]
MEASURES, FURTHER = tuple(COLUMNS[3:5]), tuple(COLUMNS[5:])
HEAD = re.compile(r"(?:#[^\n]*\r?\n)*" + r"\t".join(COLUMNS))
VERSION = re.compile(r"# version:\s*(.*?)\s*")
NONE = ("NA", "-")


def looks_like(head: bytes) -> bool:
    """Whether SpecImmune's columns follow its remarks."""
    return HEAD.match(head_text(head[:2048])) is not None


def parse(document: Document) -> Parsed:
    """One report. Raises ParseError."""
    lines, is_ended = lines_of(document.raw)
    remarks = [text for _, text in lines if text.startswith("#")]
    rows = [
        (line[0], cells_of(line, len(COLUMNS), f"{len(COLUMNS)} cells by tabs", len(COLUMNS)))
        for line in lines[len(remarks) :]
    ]
    if len(rows) < 2 or rows[0][1][: len(COLUMNS)] != COLUMNS:
        raise nothing_called("SpecImmune")
    release = next((found[1] for remark in remarks if (found := VERSION.fullmatch(remark))), "")
    others = tuple(Printed("remark", remark) for remark in remarks if not VERSION.fullmatch(remark))
    genes = by_gene(rows[1:], _gene)
    told = (_typing(gene, each, release) for gene, each in genes.items())
    unfinished = None if is_ended else _gene(rows[-1])
    return report_of("specimmune", "SpecImmune", sample_of(document.name, ENDINGS), told, unfinished, others)


def _gene(row: NumberedCells) -> str:
    return gene_name(row[1][0])


def _typing(gene: str, numbered: list[NumberedCells], release: str) -> Told:
    rows = [cells for _, cells in numbered]
    copies = [cells[2].replace(";", "/") for cells in rows if cells[2] not in NONE]
    reported = "+".join(cells[2] for cells in rows)
    quality = [each for cells in rows for each in measures(labels_of(cells[1], MEASURES), cells[3:5])]
    references = [each for cells in rows for each in measures(labels_of(cells[1], FURTHER), cells[5:])]
    doubts = [doubt for number, cells in numbered for doubt in _doubts(gene, number, cells)]
    return called(gene, copies, reported, quality, references, release), doubts


def _doubts(gene: str, number: int, cells: list[str]) -> list[Finding]:
    if cells[2] in NONE:
        return []
    if cells[3] in NONE:
        return [low_quality(gene, f"nothing is told of how copy {cells[1]} matches", f"line {number}")]
    identities = [part.rpartition("|")[2] for part in cells[3].split(";")]
    try:
        best = max(map(float, identities))
    except ValueError:
        raise ParseError(
            "this is no match of SpecImmune",
            found=cells[3][:80],
            where=f"line {number}",
            expected="name|length|identity",
        ) from None
    if best >= 1:
        return []
    return [
        low_quality(gene, f"the best identity of copy {cells[1]} is {best}: no known allele fits", f"line {number}")
    ]


FORMAT = Format(
    name="specimmune",
    title="SpecImmune HLA result",
    verified="real samples",
    looks_like=looks_like,
    parse=parse,
    sample_in_name=True,
    ignores=("Chromosome",),
)
