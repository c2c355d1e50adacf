"""Immuannot's annotation of an assembly (GTF): which allele each HLA gene of a contig is, or is nearest to.

    contig1 <tab> immuannot <tab> gene <tab> 100 <tab> 3500 <tab> . <tab> + <tab> . <tab>
        gene_name "HLA-A"; template_allele "HLA-A*01:01:01:01"; template_distance "0"; consensus "HLA-A*01:01:01:01";

Every line of the feature `gene` is one copy on one contig; a person's two assemblies stand in one file or in two. The
`consensus`, there or in the `transcript` of the gene, is the call: an allele, fewer fields of one where the sequence
differs, or `new`. A template distance above 0 differs from the nearest allele by so many bases; without a consensus
such a copy has no name. The other features are counted as ignored.

Source: Immuannot's description of its output.
"""

import re

from msgspec.structs import replace

from parsers.errors import ParseError
from parsers.format import Document, Format
from parsers.records import Finding, Ignored, LocusTyping, Parsed, Printed
from parsers.tool_calls import (
    Line,
    called,
    cells_of,
    head_text,
    lines_of,
    low_quality,
    nothing_called,
    report_of,
    sample_of,
)
from parsers.typing_states import gene_name

ENDINGS = (".gtf",)
HEAD = re.compile(r"(?:#[^\n]*\n)*(?:[^\t\n]*\t){8}[^\n]*template_allele \"")
ATTRIBUTE = re.compile(r'(\w+) "([^"]*)";?\s*')
NEW = "new"
NO_DISTANCE = ("0", "")
FEATURE, ATTRIBUTES = 2, 8

Copy = tuple[Line, dict[str, str]]
"""A gene on a contig: its line, and its attributes."""


def looks_like(head: bytes) -> bool:
    """Whether a line of GTF with a template allele stands at the top."""
    return HEAD.match(head_text(head)) is not None


def parse(document: Document) -> Parsed:
    """One report. Raises ParseError."""
    lines, is_ended = lines_of(document.raw)
    rows = [(line, cells_of(line, 9, "nine cells of GTF, separated by tabs")) for line in lines if line[1][0] != "#"]
    copies: dict[str, list[Copy]] = {}
    gene = ""
    for line, cells in rows:
        told = dict(ATTRIBUTE.findall(cells[ATTRIBUTES])) if cells[FEATURE] in ("gene", "transcript") else {}
        gene = gene_name(told.get("gene_name", ""))
        if cells[FEATURE] == "gene" and told.get("gene_name", "").startswith(("HLA-", "MIC")):
            if "template_allele" not in told:
                expected = 'template_allele "..."'
                raise ParseError("this gene has no template allele", where=f"line {line[0]}", expected=expected)
            copies.setdefault(gene, []).append((line, {"contig": cells[0], **told}))
        elif cells[FEATURE] == "transcript":
            _add_consensus(told, cells[0], copies.get(gene, []))
    if not copies:
        raise nothing_called("Immuannot")
    others = len(lines) - sum(map(len, copies.values()))
    unfinished = None if is_ended else gene if gene in copies else ""
    loci = [(_typing(gene, [told for _, told in each]), _doubts(gene, each)) for gene, each in copies.items()]
    parsed = report_of("immuannot", "Immuannot", sample_of(document.name, ENDINGS), loci, unfinished)
    return replace(parsed, ignored=(Ignored("other features", others),) if others else ())


def _add_consensus(transcript: dict[str, str], contig: str, copies: list[Copy]) -> None:
    """Take the call of a transcript to its gene, which is the one before it on its contig."""
    own = [told for _, told in copies if told["contig"] == contig]
    if own and transcript.get("consensus"):
        own[-1].setdefault("consensus", transcript["consensus"])


def _copy(gene: str, told: dict[str, str]) -> str:
    """A copy in GL String grammar; the nearest allele is no name of a sequence that differs from it."""
    exact = told.get("template_distance", "0") in NO_DISTANCE
    call = told.get("consensus") or (told["template_allele"] if exact else NEW)
    return f"{gene}*NEW" if call == NEW else call


def _typing(gene: str, copies: list[dict[str, str]]) -> LocusTyping:
    printed = [told.get("consensus") or told["template_allele"] for told in copies]
    quality = [
        Printed(f"{copy} {label}", told[label])
        for copy, told in enumerate(copies, start=1)
        for label in told
        if label not in ("gene_name", "consensus")
    ]
    return called(gene, [_copy(gene, told) for told in copies], "+".join(printed), quality)


def _doubts(gene: str, copies: list[Copy]) -> list[Finding]:
    found = []
    for (number, _), told in copies:
        if told.get("template_distance", "0") not in NO_DISTANCE:
            measure = f"{told['template_distance']} bases differ from {told['template_allele']}"
            found.append(low_quality(gene, measure, f"line {number}"))
    return found


FORMAT = Format(
    name="immuannot",
    title="Immuannot annotation (GTF)",
    verified="published descriptions",
    looks_like=looks_like,
    parse=parse,
    sample_in_name=True,
    ignores=("source", "start", "end", "score", "strand", "frame"),
)
