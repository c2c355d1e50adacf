"""HISAT-genotype's `<prefix>.report`: alleles of one gene after the other, ranked by abundance.

    # VERSIONS:
    # HISAT2 - 2.2.1
            1 A*02:01:01:01 (count: 419)                    how many reads agree with an allele: not a call
            1 ranked A*02:01:01:01 (abundance: 51.95%)      what is called, by abundance
            2 ranked A*11:01:01:01 (abundance: 48.05%)

The ranks are alleles and no copies: several of one protein may share what is one copy. So the ranked alleles are put
together by their first two fields, and each such group is a copy that may be any of its alleles. More than two groups,
or a second one of less than a fifth, are candidates: the tool assigns no genotype then. A gene whose reads were counted
and whose alleles were not ranked has failed. `***` marks the right answer in simulations and is not read. The sample is
what stands between the program's prefix and `.report`.

Source: two reports among HISAT-genotype's own files, and its description of the output.
"""

import re

from msgspec.structs import replace

from parsers.errors import ParseError
from parsers.format import Document, Format
from parsers.records import Ignored, LocusTyping, Parsed, Printed
from parsers.tool_calls import Line, called, head_text, lines_of, nothing_called, report_of, sample_of

HEAD = re.compile(r"# VERSIONS:\s*\n# HISAT")
COUNTED = re.compile(r"\s*(?:\*\*\* )?[0-9]+ (?:ranked )?([A-Z0-9]+)\*\S+ \(count: [0-9]+\)")
RANKED = re.compile(r"\s*(?:\*\*\* )?([0-9]+) ranked ([A-Z0-9]+\*\S+) \(abundance: ([0-9.]+)%\)")
STATED = re.compile(r"^\s*(?:\*+ *)?[0-9]+ +(?:ranked\b|\S*\*)|\((?:count|abundance)\b")
"""What only a line about an allele has, as it should be or not."""
PREFIX, ENDINGS = "assembly_graph-hla.", (".report",)
VERSION = re.compile(r"# HISAT-genotype - (.+)")
SECOND_COPY = 20.0
"""Per cent of abundance that a second copy has at least; below it may be noise."""

Ranked = tuple[str, str, str]
"""Rank, allele, abundance in per cent, as printed."""


def looks_like(head: bytes) -> bool:
    """Whether the versions of HISAT stand at the top."""
    return HEAD.match(head_text(head[:512])) is not None


def parse(document: Document) -> Parsed:
    """One report. Raises ParseError."""
    lines, is_ended = lines_of(document.raw)
    genes = _genes(lines)
    if not any(genes.values()):
        raise nothing_called("HISAT-genotype")
    software = next((found[1] for _, text in lines if (found := VERSION.fullmatch(text.strip()))), "")
    sample = sample_of(document.name.replace(PREFIX, ""), ENDINGS)
    remarks = tuple(Printed("remark", text.strip(), f"line {number}") for number, text in lines if text[0] == "#")
    told = ((_typing(gene, ranked), ()) for gene, ranked in genes.items())
    unfinished = None if is_ended else list(genes)[-1]
    parsed = report_of("hisat_genotype", f"HISAT-genotype {software}".strip(), sample, told, unfinished, remarks)
    return replace(parsed, ignored=_ignored(lines))


def _genes(lines: list[Line]) -> dict[str, list[Ranked]]:
    """The ranked alleles of each gene; none where reads were counted and nothing was called. Raises ParseError."""
    genes: dict[str, list[Ranked]] = {}
    for number, text in lines:
        if counted := COUNTED.fullmatch(text):
            genes.setdefault(counted[1], [])
        elif ranked := RANKED.fullmatch(text):
            told = genes.setdefault(ranked[2].partition("*")[0], [])
            if ranked[1] in [rank for rank, _, _ in told]:
                where, expected = f"line {number}", "one report of one sample"
                raise ParseError(
                    "this rank stands twice for its gene", found=text.strip(), where=where, expected=expected
                )
            told.append((ranked[1], ranked[2], ranked[3]))
        elif STATED.search(text) and text[0] != "#":
            raise ParseError(
                "this line states an allele and cannot be read",
                found=text.strip()[:80],
                where=f"line {number}",
                expected="a rank, an allele and its count or its abundance in per cent with a decimal point",
            )
    return genes


def _ignored(lines: list[Line]) -> tuple[Ignored, ...]:
    counts = sum(COUNTED.fullmatch(text) is not None for _, text in lines)
    others = sum(text[0] != "#" and not COUNTED.fullmatch(text) and not RANKED.fullmatch(text) for _, text in lines)
    return tuple(Ignored(name, count) for name, count in (("counts", counts), ("messages", others)) if count)


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
    sample_in_name=True,
    ignores=("command",),
)
