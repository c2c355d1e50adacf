"""PHLAT's `<sample>_HLA.sum`: HLA at four fields from sequencing reads.

    Locus    Allele1         Allele2         LLK        ...       separated by tabs
    HLA_A    A*02:01:01:01   A*24:02:01:01   -2353.85

The same allele twice is homozygous. The log likelihood and what else stands behind the alleles are kept as measures.

Source: PHLAT's description of its output.
"""

from parsers.format import Document, Format
from parsers.records import LocusTyping, Parsed
from parsers.tables import first_line
from parsers.tool_calls import called, cells_of, lines_of, measures, nothing_called, report_of, sample_of
from parsers.typing_states import gene_name

FIRST_COLUMNS = ["Locus", "Allele1", "Allele2", "LLK"]
ENDINGS = ("_HLA.sum", ".sum", ".tsv", ".txt")


def looks_like(head: bytes) -> bool:
    """Whether the header is PHLAT's."""
    return first_line(head).strip("\n").split("\t")[:4] == FIRST_COLUMNS


def parse(document: Document) -> Parsed:
    """One report. Raises ParseError."""
    lines, is_ended = lines_of(document.raw)
    if len(lines) < 2:
        raise nothing_called("PHLAT")
    names = cells_of(lines[0], len(FIRST_COLUMNS), "the header of PHLAT")
    rows = [cells_of(line, len(names), f"{len(names)} cells by tabs", len(names)) for line in lines[1:]]
    loci = [_typing(names, cells) for cells in rows]
    unfinished = None if is_ended else loci[-1].locus
    told = ((each, ()) for each in loci)
    return report_of("phlat", "PHLAT", sample_of(document.name, ENDINGS), told, unfinished)


def _typing(names: list[str], cells: list[str]) -> LocusTyping:
    alleles = [cell for cell in cells[1:3] if "*" in cell]
    return called(gene_name(cells[0]), alleles, "+".join(filter(None, cells[1:3])), measures(names[3:], cells[3:]))


FORMAT = Format(
    name="phlat",
    title="PHLAT summary",
    verified="published descriptions",
    looks_like=looks_like,
    parse=parse,
    sample_in_name=True,
)
