"""HLAminer's predictions: for each gene the likely allele groups, and below them alleles with a score.

    HLA-A
        Prediction #1 - A*68
                A*68:02P,4132.14,1.2e-10,98.4         allele, score, expected value, confidence
        Prediction #2 - A*02
                A*02:01P,3000.00,...

The predictions are ranked and nothing is assigned: each gene's alleles are candidates, kept with their scores.

Source: HLAminer's description of its output.
"""

import re

from parsers.errors import ParseError
from parsers.format import Document, Format
from parsers.records import LocusTyping, Parsed, Printed
from parsers.tool_calls import head_text, lines_of, nothing_called, report_of, sample_of
from parsers.typing_states import gene_name

ENDINGS = (".csv", ".txt")
GENE = re.compile(r"HLA-[A-Z]+[0-9]*")
PREDICTION = re.compile(r"Prediction #([0-9]+) - (\S+)")
SCORED = re.compile(r"([A-Z]+[0-9]*\*[0-9:]+[A-Z]?),([-+0-9.eE]+),([-+0-9.eE]+),([-+0-9.eEinf]+)")
HEAD = re.compile(r"(?:[^\n]*\n){0,30}?\s*HLA-[A-Z]+[0-9]*\s*\n\s*Prediction #1 - ")


def looks_like(head: bytes) -> bool:
    """Whether a gene with its first prediction stands near the top."""
    return HEAD.match(head_text(head[:4096])) is not None


def parse(document: Document) -> Parsed:
    """One report. Raises ParseError."""
    lines, is_ended = lines_of(document.raw)
    genes: dict[str, list[Printed]] = {}
    remarks: list[Printed] = []
    gene = group = ""
    for number, line in lines:
        text, where = line.strip(), f"line {number}"
        if group and SCORED.fullmatch(text):
            genes[gene].append(Printed(group, text, where))
        elif GENE.fullmatch(text):
            gene, group = gene_name(text), ""
            genes[gene] = []
        elif gene and (prediction := PREDICTION.fullmatch(text)):
            group = f"prediction {prediction[1]} {prediction[2]}"
        elif gene:
            raise ParseError(
                "this is no line of HLAminer", found=text[:80], where=where, expected="allele,score,value,confidence"
            )
        else:
            remarks.append(Printed("remark", text, where))
    if not any(genes.values()):
        raise nothing_called("HLAminer")
    told = ((_typing(*each), ()) for each in genes.items())
    unfinished = None if is_ended else gene
    return report_of("hlaminer", "HLAminer", sample_of(document.name, ENDINGS), told, unfinished, tuple(remarks))


def _typing(gene: str, scored: list[Printed]) -> LocusTyping:
    reported = "+".join(dict.fromkeys(each.label.rpartition(" ")[2] for each in scored))
    return LocusTyping(
        locus=gene,
        state="candidates" if scored else "failed",
        reported=reported,
        method="NGS",
        references=tuple(scored),
    )


FORMAT = Format(
    name="hlaminer",
    title="HLAminer predictions",
    verified="published descriptions",
    looks_like=looks_like,
    parse=parse,
    sample_in_name=True,
)
