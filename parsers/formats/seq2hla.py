"""seq2HLA's `<prefix>-ClassI-class.HLAgenotype4digits`: HLA from RNA sequencing, at two fields.

    #Locus  Allele 1   Confidence   Allele 2   Confidence        separated by tabs
    A       A*02:01    1.2e-05      A*24:02'   0.003
    B       B*07:02    NA           no         NA

`'` behind an allele says that others fit as well, `no` that there is no second allele, `hoz(...)` that the tool takes
the gene for homozygous on these grounds. The confidence is a p value; NA is none.

Source: seq2HLA's description of its output.
"""

import re

from parsers.errors import ParseError
from parsers.format import Document, Format
from parsers.records import Finding, Parsed
from parsers.remembered import remembered
from parsers.tables import first_line
from parsers.tool_calls import (
    Line,
    Told,
    called,
    cells_of,
    lines_of,
    low_quality,
    measures,
    nothing_called,
    report_of,
    sample_of,
)
from parsers.typing_states import gene_name

HEADER = ["#Locus", "Allele 1", "Confidence", "Allele 2", "Confidence"]
ENDINGS = (
    "-ClassI-class.HLAgenotype4digits",
    "-ClassI-nonclass.HLAgenotype4digits",
    "-ClassII.HLAgenotype4digits",
    ".HLAgenotype4digits",
)
ALLELE = re.compile(r"[A-Z]+[0-9]*\*[0-9:]+[A-Z]?'?")
NONE = re.compile(r"no|hoz\(.*\)|-|")
SURE = 0.05
"""A p value above this is no evidence for the allele."""


def looks_like(head: bytes) -> bool:
    """Whether the header is seq2HLA's."""
    return [cell.strip() for cell in first_line(head).split("\t")] == HEADER


def parse(document: Document) -> Parsed:
    """One report. Raises ParseError."""
    lines, is_ended = lines_of(document.raw)
    if len(lines) < 2:
        raise nothing_called("seq2HLA")
    told = [_typing(line) for line in lines[1:]]
    unfinished = None if is_ended else told[-1][0].locus
    return report_of("seq2hla", "seq2HLA", sample_of(document.name, ENDINGS), told, unfinished)


def _typing(line: Line) -> Told:
    gene, *cells = cells_of(line, len(HEADER), "Locus, Allele 1, Confidence, Allele 2, Confidence", len(HEADER))
    gene, where = gene_name(gene), f"line {line[0]}"
    alleles, confidences, copies, doubts = [], [], list[str](), list[Finding]()
    for allele, confidence in zip(cells[0::2], cells[1::2], strict=False):
        copy = _copy(allele)
        if copy is None:
            raise ParseError("this is no call of seq2HLA", found=allele, where=where, expected="an allele, or no")
        alleles.append(allele)
        confidences.append(confidence)
        if copy:
            copies.append(copy)
            doubts += _doubts(gene, allele, confidence, where)
    quality = measures(("confidence 1", "confidence 2"), confidences)
    return called(gene, copies, "+".join(filter(None, alleles)), quality), doubts


@remembered
def _copy(allele: str) -> str | None:
    """The allele of a call, without the sign of doubt behind it; empty if none is called, None if this is no call."""
    if ALLELE.fullmatch(allele):
        return allele.rstrip("'")
    return "" if NONE.fullmatch(allele) else None


def _doubts(gene: str, allele: str, confidence: str, where: str) -> list[Finding]:
    found = [low_quality(gene, f"other alleles than {allele} fit as well", where)] if allele.endswith("'") else []
    try:
        if confidence not in ("NA", "") and not float(confidence) <= SURE:
            found.append(low_quality(gene, f"the p value of {allele} is {confidence}", where))
    except ValueError:
        raise ParseError("this is no confidence", found=confidence, where=where, expected="a number or NA") from None
    return found


FORMAT = Format(
    name="seq2hla",
    title="seq2HLA genotypes (four digits)",
    verified="published descriptions",
    looks_like=looks_like,
    parse=parse,
    sample_in_name=True,
)
