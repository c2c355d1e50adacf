"""xHLA's report (JSON): A, B, C, DPB1, DQB1 and DRB1 from sequencing reads.

    {"subject_id": "S1", "creation_time": "...", "report_type": "hla_typing", "sample_id": "S1",
     "hla": {"alleles": ["A*01:01", "A*02:01", "B*13:02", ...]}}

The alleles stand in one list, two for each gene; the same one twice is homozygous.

Source: xHLA's example report and description.
"""

import re

from parsers.elements import read_json
from parsers.errors import ParseError
from parsers.format import Document, Format
from parsers.records import Parsed, TypingReport
from parsers.tool_calls import called, measures, nothing_called, sample_of
from parsers.typing_states import gene_of
from parsers.xml_document import text_of

HEAD = re.compile(r'\s*\{.*"report_type"\s*:\s*"hla_typing"', re.DOTALL)


def looks_like(head: bytes) -> bool:
    """Whether it calls itself a report of the type `hla_typing`."""
    return HEAD.match(text_of(head)) is not None


def parse(document: Document) -> Parsed:
    """One report. Raises ParseError."""
    root = read_json(document.raw)
    root.read("report_type")
    version = root.read("report_version")
    genes: dict[str, list[str]] = {}
    for each in root.each("hla", "alleles"):
        allele = each.read()
        if not (gene := gene_of(allele)):
            raise ParseError("this is no allele", found=allele, where="hla/alleles", expected="a name like A*01:01")
        genes.setdefault(gene, []).append(allele)
    if not genes:
        raise nothing_called("xHLA")
    report = TypingReport(
        format="xhla",
        sample=root.read("sample_id") or sample_of(document.name, (".json",)),
        subject=root.read("subject_id"),
        date=root.read("creation_time"),
        software="xHLA",
        properties=measures(["report_version"], [version]),
        loci=tuple(called(gene, alleles, "+".join(alleles)) for gene, alleles in genes.items()),
    )
    return Parsed(reports=(report,), ignored=root.ignored())


FORMAT = Format(
    name="xhla",
    title="xHLA report (JSON)",
    verified="published descriptions",
    looks_like=looks_like,
    parse=parse,
    sample_in_name=True,
    ignores=("report_type",),
)
