"""HISAT-genotype's `<prefix>.report`: alleles of one gene after the other, ranked by abundance.

    # VERSIONS:
    # HISAT2 - 2.2.1
            1 A*02:01:01:01 (count: 419)                    how many reads agree with an allele: not a call
            1 ranked A*02:01:01:01 (abundance: 51.95%)      what is called, by abundance
            2 ranked A*11:01:01:01 (abundance: 48.05%)

The ranks are alleles and no copies: several of one protein may share what is one copy. So the ranked alleles are put
together by their first two fields, and each such group is a copy that may be any of its alleles. More than two groups,
or a second one of less than a fifth, are candidates: the tool assigns no genotype then. `***` marks the right answer
in simulations and is not read. The sample is what stands between the program's prefix and `.report`.

Source: two reports among HISAT-genotype's own files, and its description of the output.
"""

import re
from collections import Counter

from parsers.errors import ParseError
from parsers.format import Document, Format
from parsers.records import Ignored, LocusTyping, Parsed, Printed, TypingReport
from parsers.tool_calls import called, lines_of, nothing_called, sample_of
from parsers.xml_document import text_of

HEAD = re.compile(r"# VERSIONS:\s*\n# HISAT")
COUNTED = re.compile(r"\s*(?:\*\*\* )?[0-9]+ (?:ranked )?[A-Z0-9]+\*\S+ \(count: [0-9]+\)")
RANKED = re.compile(r"\s*(?:\*\*\* )?([0-9]+) ranked ([A-Z0-9]+\*\S+) \(abundance: ([0-9.]+)%\)")
PREFIX, ENDINGS = "assembly_graph-hla.", (".report",)
VERSION = re.compile(r"# HISAT-genotype - (.+)")
SECOND_COPY = 20.0
"""Per cent of abundance that a second copy has at least; below it may be noise."""

Ranked = tuple[str, str, str]
"""Rank, allele, abundance in per cent, as printed."""


def looks_like(head: bytes) -> bool:
    """Whether the versions of HISAT stand at the top."""
    return HEAD.match(text_of(head[:512]).lstrip("\ufeff")) is not None


def parse(document: Document) -> Parsed:
    """One report. Raises ParseError."""
    lines, findings = lines_of(document.raw)
    genes: dict[str, list[Ranked]] = {}
    left: Counter[str] = Counter()
    for _, text in lines:
        if ranked := RANKED.fullmatch(text):
            genes.setdefault(ranked[2].partition("*")[0], []).append((ranked[1], ranked[2], ranked[3]))
        elif COUNTED.fullmatch(text):
            left["counts"] += 1
        elif text[0] != "#":
            left["messages"] += 1
    if not genes:
        raise nothing_called("HISAT-genotype")
    software = next((found[1] for _, text in lines if (found := VERSION.fullmatch(text.strip()))), "")
    report = TypingReport(
        format="hisat_genotype",
        sample=sample_of(document.name.replace(PREFIX, ""), ENDINGS),
        software=f"HISAT-genotype {software}".strip(),
        loci=tuple(_typing(gene, ranked) for gene, ranked in genes.items()),
        properties=tuple(Printed("remark", text.strip(), f"line {number}") for number, text in lines if text[0] == "#"),
        findings=findings,
    )
    return Parsed(reports=(report,), ignored=tuple(Ignored(*each) for each in sorted(left.items())))


def _typing(gene: str, ranked: list[Ranked]) -> LocusTyping:
    copies: dict[str, list[str]] = {}
    shares: dict[str, float] = {}
    for _, allele, abundance in ranked:
        protein = ":".join(allele.split(":")[:2])
        copies.setdefault(protein, []).append(allele)
        shares[protein] = shares.get(protein, 0.0) + _share(abundance)
    reported = "+".join(allele for _, allele, _ in ranked)
    quality = [Printed("abundance", f"{allele} {abundance}%") for _, allele, abundance in ranked]
    if len(copies) > 2 or (len(copies) == 2 and min(shares.values()) < SECOND_COPY):
        return LocusTyping(locus=gene, state="candidates", reported=reported, method="NGS", quality=tuple(quality))
    return called(gene, ["/".join(each) for each in copies.values()], reported, quality)


def _share(abundance: str) -> float:
    try:
        return float(abundance)
    except ValueError:
        raise ParseError("this is no abundance", found=abundance, where="a ranked line", expected="per cent") from None


FORMAT = Format(
    name="hisat_genotype",
    title="HISAT-genotype report",
    verified="real samples",
    looks_like=looks_like,
    parse=parse,
    ignores=("command",),
)
