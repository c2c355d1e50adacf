"""HLAscan's result: HLA from sequencing reads, gene by gene, the alleles without their gene.

    HLA gene : HLA-A
    [Type 1]  02:01:01:01   EX2_1.2_30  EX3_...              an allele, then the software's measures of it
    [Type 2]  24:02:01:01   ...

A gene with one type states one copy. What stands in no type (the head, counts, remarks) is kept as printed. The file
names no sample: it is what stands in its name.

Source: public descriptions of the output; no file of the software has been seen.
"""

import re
from collections.abc import Iterator

import msgspec

from parsers.errors import ParseError
from parsers.format import Document, Format
from parsers.records import Finding, LocusTyping, Parsed, Printed
from parsers.remembered import remembered
from parsers.tool_calls import Line, called, lines_of, nothing_called, report_of, sample_of
from parsers.typing_states import gene_name
from parsers.xml_document import text_of

ENDINGS = (".hlascan.txt", ".result.txt", ".txt", ".log")
GENE = re.compile(r"HLA gene *: *(\S+)")
TYPE = re.compile(r"\[Type ([0-9]+)\]\s*(\S*)(.*)")
ALLELE = re.compile(r"[0-9]{2,3}(?::[0-9]{2,3}){0,3}[A-Z]?")
HEAD = re.compile(r"^HLA gene *: *HLA-", re.MULTILINE)


class Called(msgspec.Struct, frozen=True, gc=False):
    """One type of a gene: its number, the allele as printed, and the measures behind it."""

    number: str
    allele: str
    measures: tuple[str, ...]
    where: str


def looks_like(head: bytes) -> bool:
    """Whether HLAscan's heading of a gene stands near the top."""
    return HEAD.search(text_of(head[:4096]).replace("\r", "\n")) is not None


def parse(document: Document) -> Parsed:
    """One report. Raises ParseError."""
    lines, is_ended = lines_of(document.raw)
    genes: dict[str, list[Called]] = {}
    remarks = [Printed("remark", line.strip(), f"line {number}") for number, line in _sorted_in(lines, genes)]
    if not genes:
        raise nothing_called("HLAscan")
    told = ((_typing(*each), tuple(_findings(*each))) for each in genes.items())
    unfinished = None if is_ended else list(genes)[-1]
    return report_of("hlascan", "HLAscan", sample_of(document.name, ENDINGS), told, unfinished, tuple(remarks))


def _sorted_in(lines: list[Line], genes: dict[str, list[Called]]) -> Iterator[Line]:
    """Put every type below its gene, and give back what is no type. Raises ParseError."""
    gene = ""
    for number, line in lines:
        where, text = f"line {number}", line.strip()
        if heading := GENE.match(text):
            gene = gene_name(heading[1])
            if gene in genes:
                raise ParseError("this gene stands twice in the result", found=heading[1], where=where, expected="once")
            genes[gene] = []
        elif not (found := TYPE.match(text)):
            yield number, line
        elif gene:
            genes[gene].append(Called(found[1], found[2], tuple(found[3].split()), where))
        else:
            raise ParseError("this type stands below no gene", where=where, expected='"HLA gene : HLA-A" above it')


def _typing(gene: str, found: list[Called]) -> LocusTyping:
    copies = [f"{gene}*{each.allele}" for each in found if _is_allele(each.allele)]
    quality = [Printed(f"type {each.number} measure", measure) for each in found for measure in each.measures]
    return called(gene, copies, "+".join([each.allele for each in found]), quality)


@remembered
def _is_allele(text: str) -> bool:
    return ALLELE.fullmatch(text) is not None


def _findings(gene: str, found: list[Called]) -> Iterator[Finding]:
    if not found:
        yield Finding("no_call", "no type stands below this gene", "", gene)
    for each in found:
        if not _is_allele(each.allele):
            yield Finding("not_an_allele", "what stands here is no allele; it is kept as printed", each.where, gene)


FORMAT = Format(
    name="hlascan",
    title="HLAscan result",
    verified="published descriptions",
    looks_like=looks_like,
    parse=parse,
    sample_in_name=True,
)
