"""PacBio StarPhase's diplotypes (JSON): HLA among the genes of pharmacogenetics.

    {"pbstarphase_version": "1.0.0", "database_metadata": {"hla_version": "3.56.0", ...},
     "gene_details": {"HLA-A": {"diplotypes": [{"hap1": "*01:01:01:01", "hap2": "*26:01:01:01", "diplotype": "..."}]},
                      "CYP2C19": {...}}}

The names of HLA genes have no gene before the star. More than one diplotype are alternatives; NO_MATCH is no call. The
other genes are no business of a registry and are counted as ignored.

Source: StarPhase's description of its output.
"""

import re

from parsers.elements import Element, read_json
from parsers.format import Document, Format
from parsers.records import LocusTyping, Parsed, TypingReport
from parsers.tool_calls import genotyped, nothing_called, sample_of
from parsers.typing_states import gene_name
from parsers.xml_document import text_of

HEAD = re.compile(r'\s*\{\s*"pbstarphase_version"')
ENDINGS = (".pbstarphase.json", ".diplotypes.json", ".json")
NONE = "NO_MATCH"


def looks_like(head: bytes) -> bool:
    """Whether StarPhase's version comes first."""
    return HEAD.match(text_of(head[:512]).lstrip("\ufeff")) is not None


def parse(document: Document) -> Parsed:
    """One report. Raises ParseError."""
    root = read_json(document.raw)
    version = root.read("pbstarphase_version")
    release = root.read("database_metadata", "hla_version")
    genes = [gene for gene in root.first("gene_details").members if gene.name.startswith("HLA-")]
    if not genes:
        raise nothing_called("StarPhase")
    report = TypingReport(
        format="starphase",
        sample=sample_of(document.name, ENDINGS),
        software=f"StarPhase {version}".strip(),
        loci=tuple(_typing(gene, release) for gene in genes),
    )
    return Parsed(reports=(report,), ignored=root.ignored())


def _typing(gene: Element, release: str) -> LocusTyping:
    name = gene_name(gene.name)
    pairs = []
    printed = []
    for each in gene.each("diplotypes"):
        copies = [each.read("hap1"), each.read("hap2")]
        printed.append(each.read("diplotype") or "/".join(copies))
        pairs.append(
            "+".join(f"{name}{gene_name(copy).removeprefix(name)}" for copy in copies if copy and copy != NONE)
        )
    return genotyped(name, "|".join(filter(None, pairs)), "|".join(printed), stated_release=release)


FORMAT = Format(
    name="starphase",
    title="StarPhase diplotypes (JSON; HLA genes)",
    verified="published descriptions",
    looks_like=looks_like,
    parse=parse,
    named=True,
)
