"""PacBio StarPhase's diplotypes (JSON): HLA among the genes of pharmacogenetics.

    {"pbstarphase_version": "1.0.0", "database_metadata": {"hla_version": "3.56.0", ...},
     "gene_details": {"HLA-A": {"diplotypes": [{"hap1": "*01:01:01:01", "hap2": "*26:01:01:01", "diplotype": "..."}]},
                      "CYP2C19": {...}}}

The names of HLA genes have no gene before the star. More than one diplotype are alternatives; NO_MATCH is no call.
`diplotype` is to say the same as `hap1` and `hap2`; where it does not, nothing is called. The other genes are no
business of a registry and are counted as ignored.

Source: StarPhase's description of its output.
"""

import re
from collections.abc import Iterable

from msgspec.structs import replace

from parsers.elements import Element, read_json
from parsers.format import Document, Format
from parsers.records import Finding, Parsed
from parsers.tool_calls import Told, genotyped, nothing_called, report_of, sample_of
from parsers.typing_states import gene_name, uncalled
from parsers.xml_document import text_of

HEAD = re.compile(r'\s*\{\s*"pbstarphase_version"')
ENDINGS = (".pbstarphase.json", ".diplotypes.json", ".json")
NONE = "NO_MATCH"


def looks_like(head: bytes) -> bool:
    """Whether StarPhase's version comes first."""
    return HEAD.match(text_of(head[:512])) is not None


def parse(document: Document) -> Parsed:
    """One report. Raises ParseError."""
    root = read_json(document.raw)
    version = root.read("pbstarphase_version")
    release = root.read("database_metadata", "hla_version")
    genes = [gene for gene in root.first("gene_details").members if gene.name.startswith("HLA-")]
    if not genes:
        raise nothing_called("StarPhase")
    told = (_typing(gene, release) for gene in genes)
    parsed = report_of("starphase", f"StarPhase {version}".strip(), sample_of(document.name, ENDINGS), told)
    return replace(parsed, ignored=root.ignored())


def _typing(gene: Element, release: str) -> Told:
    name = gene_name(gene.name)
    pairs, printed = [], []
    differ = False
    for each in gene.each("diplotypes"):
        written, haplotypes = each.read("diplotype"), [each.read("hap1"), each.read("hap2")]
        copies = _copies(name, haplotypes)
        differ |= bool(written) and sorted(_copies(name, written.split("/"))) != sorted(copies)
        printed.append(written or "/".join(haplotypes))
        pairs.append("+".join(copies))
    typing = genotyped(name, "|".join(filter(None, pairs)), "|".join(printed), stated_release=release)
    if not differ:
        return typing, ()
    message = "a diplotype and its two haplotypes are not the same; nothing is called"
    return uncalled(typing), [Finding("genotypes_differ", message, gene.name, name)]


def _copies(gene: str, haplotypes: Iterable[str]) -> list[str]:
    """The alleles of haplotypes that have a match, each with its gene once."""
    matched = [each.strip() for each in haplotypes if each.strip() not in ("", NONE)]
    return [f"{gene}{gene_name(each).removeprefix(gene)}" for each in matched]


FORMAT = Format(
    name="starphase",
    title="StarPhase diplotypes (JSON; HLA genes)",
    verified="published descriptions",
    looks_like=looks_like,
    parse=parse,
    sample_in_name=True,
)
