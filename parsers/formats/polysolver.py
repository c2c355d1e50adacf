"""Polysolver's `winners.hla.txt`: HLA class I from sequencing reads.

    HLA-A   hla_a_24_02_01_01    hla_a_24_02_01_01       separated by tabs, without a header
    HLA-B   hla_b_39_01_01_02l   hla_b_07_02_01

`hla_b_39_01_01_02l` is B*39:01:01:02L. The tool always states two alleles, so the same one twice is its way to say
homozygous. It writes one folder for each sample: the sample is the folder, unless the file is named after it.

Source: a result in the tests of Polysolver's container.
"""

import re

from parsers.errors import ParseError
from parsers.format import Document, Format
from parsers.records import LocusTyping, Parsed
from parsers.remembered import remembered
from parsers.tables import first_line
from parsers.tool_calls import Line, called, cells_of, report_of_lines
from parsers.typing_states import gene_name

ENDINGS = (".winners.hla.txt", "_winners.hla.txt", "winners.hla.txt")
FIRST = re.compile(r"HLA-[ABC]\thla_[abc]_[0-9]+_\S*\thla_[abc]_[0-9]+_\S*")
CODED = re.compile(r"hla_([a-z]+[0-9]*)((?:_[0-9]+)+)([a-z]?)")


def looks_like(head: bytes) -> bool:
    """Whether a gene and two names with underscores stand on the first line."""
    return FIRST.fullmatch(first_line(head).strip("\n")) is not None


def parse(document: Document) -> Parsed:
    """One report. Raises ParseError."""
    return report_of_lines(document, "polysolver", "Polysolver", ENDINGS, _typing)


def _typing(line: Line) -> LocusTyping:
    gene, *winners = cells_of(line, 3, "a gene and its two winners, separated by tabs")
    alleles = [_allele(each) for each in winners]
    if "" in alleles:
        raise ParseError(
            "this is no allele of Polysolver",
            found=winners[alleles.index("")],
            where=f"line {line[0]}",
            expected="a name like hla_a_24_02_01",
        )
    return called(gene_name(gene), alleles, "+".join(winners))


@remembered
def _allele(winner: str) -> str:
    """The allele that a name with underscores stands for; empty if it is none."""
    found = CODED.fullmatch(winner)
    return f"{found[1].upper()}*{found[2][1:].replace('_', ':')}{found[3].upper()}" if found else ""


FORMAT = Format(
    name="polysolver",
    title="Polysolver winners (class I)",
    verified="real samples",
    looks_like=looks_like,
    parse=parse,
    sample_in_name=True,
)
