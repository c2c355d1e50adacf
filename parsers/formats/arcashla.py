"""arcasHLA's `<sample>.genotype.json`: HLA genotypes from RNA sequencing.

    {"A": ["A*01:01:01", "A*03:01:01"], "B": ["B*07:02:01"], ...}

A list of two names holds the two copies, a list of one the only allele that was found: whether the other copy is the
same nobody says. `<sample>.partial_genotype.json` has the same shape and is a run of its own, by alleles whose sequence
is known in part: it takes the place of no genotype. The abundance file (`.em.json`) lists candidates and is not a
result. The sample is what stands in the file's name before its first ending.

Source: the expected outputs in arcasHLA's own tests.
"""

import re

import msgspec

from parsers.elements import read_json_values
from parsers.errors import ParseError
from parsers.format import Document, Format
from parsers.records import LocusTyping, Parsed, TypingReport
from parsers.tool_calls import called, nothing_called, sample_of
from parsers.xml_document import text_of

PARTIAL = "partial_genotype"
ENDINGS = (".genotype.json", ".partial_genotype.json", ".genotypes.json", ".json")
HEAD = re.compile(r'\s*\{\s*"(?!HLA)[A-Z]+[0-9]*"\s*:\s*\[\s*(?:"(?:HLA-)?[A-Z]+[0-9]*\*[^"]*"|"\s*"|null\b|\])')


def looks_like(head: bytes) -> bool:
    """Whether a gene without `HLA-` comes first, and a list that is to hold its alleles."""
    return HEAD.match(text_of(head[:512])) is not None


def parse(document: Document) -> Parsed:
    """One report. Raises ParseError."""
    genes = _genes(document.raw)
    if not genes:
        raise nothing_called("arcasHLA")
    loci = tuple(_typing(gene, alleles) for gene, alleles in genes.items())
    report = TypingReport(
        format="arcashla",
        sample=sample_of(document.name, ENDINGS),
        report_id=PARTIAL if f".{PARTIAL}." in document.name else "",
        software="arcasHLA",
        loci=loci,
    )
    return Parsed(reports=(report,))


def _genes(raw: bytes) -> dict[str, list[str]]:
    try:
        return msgspec.convert(read_json_values(raw), dict[str, list[str]])
    except msgspec.ValidationError:
        raise ParseError(
            "this is no genotype of arcasHLA", where="the document", expected="a list of allele names for each gene"
        ) from None


def _typing(gene: str, alleles: list[str]) -> LocusTyping:
    strange = next((each for each in alleles if not each.startswith(f"{gene}*")), None)
    if strange is not None or len(alleles) > 2:
        raise ParseError(
            "these are not the alleles of one gene",
            found=", ".join(alleles)[:80],
            where=gene,
            expected=f"one or two names that begin with {gene}*",
        )
    return called(gene, alleles, "+".join(alleles))


FORMAT = Format(
    name="arcashla",
    title="arcasHLA genotypes (JSON)",
    verified="real samples",
    looks_like=looks_like,
    parse=parse,
    sample_in_name=True,
)
