"""The International HLA and Immunogenetics Workshop's report (XML, 17th workshop): typings sent in by laboratories.

    IHIW_Report > Lab  @LabCode  @Lab_defined_ID
      Software_Applied > Software_Name, Software_Version ...
      Sample @SampleID > Genotyping @Genotype_GL, @Original_GL                  one GL String over all loci
        Locus  Locus_name, HLATyping, Alignment_Reference_DB ("IMGT/HLA 3.25.0"), PhasingGroup, MeanReadDepth,
               NovelPolymorphism (`IMGT/HLA|3.18.0|HLA00001|1.4|G56C`), Consensus_Sequence ...

Whether a value is an attribute or an element of its own makes no difference here. The GL String is the typing; a Locus
tells of one sequence behind it. A sequence that differs from its allele (something stands behind the last `:` of
NovelPolymorphism) makes the typing of its locus novel: the names in the GL String are only the nearest ones.

Source: public descriptions and converters of the 17th workshop; no file of a laboratory has been seen.
"""

from collections.abc import Iterator

from msgspec.structs import replace

from parsers.duplicates import marked
from parsers.elements import Element, read_xml_elements
from parsers.errors import ParseError
from parsers.format import Document, Format
from parsers.glstring_code import glstring_findings, locus_of
from parsers.name_blanks import closed_up
from parsers.records import Finding, LocusTyping, Parsed, Printed, TypingReport
from parsers.typing_states import UNCALLED, WMDA_WORDS, gene_name, gene_of, in_usual_words, state_of
from parsers.xml_document import root_name

ROOTS = ("IHIW_Report", "IHIW_XML")
SOFTWARE = ("Software_Name", "Software_Version")
SOFTWARE_PROPERTIES = ("Software_Manufacturer", "Software_Functions", *SOFTWARE)
DATABASE = "Alignment_Reference_DB"
QUALITY = ("MeanReadDepth",)
REFERENCES = ("HLATyping", "PhasingGroup", "NovelPolymorphism", DATABASE, "BaseCalling_Reference_DB")


def looks_like(head: bytes) -> bool:
    """Whether the root element is that of a workshop report."""
    return root_name(head) in ROOTS


def parse(document: Document) -> Parsed:
    """A report for each sample of each laboratory. Raises ParseError."""
    root = read_xml_elements(document.raw)
    reports = [report for lab in root.each("Lab") for report in _reports(lab)]
    if not reports:
        raise ParseError("this report holds no sample", where=root.where, expected="Lab with Sample in it")
    return Parsed(reports=marked(reports), ignored=root.ignored())


def _reports(lab: Element) -> list[TypingReport]:
    """The reports of a laboratory's samples."""
    samples = list(lab.each("Sample"))
    if not samples:
        return []
    shared = TypingReport(
        format="ihiw_workshop",
        sample="",
        report_id=lab.read("Lab_defined_ID"),
        centre=lab.read("LabCode"),
        software=" ".join(filter(None, (lab.read("Software_Applied", each) for each in SOFTWARE))),
        properties=tuple(_printed(list(lab.each("Software_Applied")), SOFTWARE_PROPERTIES)),
    )
    return [_report(sample, shared) for sample in samples]


def _report(sample: Element, shared: TypingReport) -> TypingReport:
    """The report of a sample; `shared` holds what its laboratory says of all."""
    name = sample.read("SampleID")
    if not name:
        raise ParseError(
            "this sample has no SampleID: nobody could tell whose typing it is",
            where=sample.where,
            expected="SampleID in every Sample",
        )
    sequences = list(sample.each("Genotyping", "Locus"))
    loci, findings = _loci(sample, sequences)
    original = sample.read("Genotyping", "Original_GL")
    own = (Printed("Original_GL", original, sample.where),) if original else ()
    return replace(
        shared, sample=name, loci=tuple(loci), properties=(*own, *shared.properties), findings=tuple(findings)
    )


def _loci(sample: Element, sequences: list[Element]) -> tuple[list[LocusTyping], list[Finding]]:
    """Every locus of the GL String, and loci that have a sequence and no place in it."""
    loci: list[LocusTyping] = []
    findings: list[Finding] = []
    by_locus: dict[str, list[Element]] = {}
    for each in sequences:
        by_locus.setdefault(_locus_name(each), []).append(each)
    glstrings = [each.read() for each in sample.each("Genotyping", "Genotype_GL")]
    for part in filter(str.strip, "^".join(glstrings).split("^")):
        locus = locus_of(closed_up(part))
        loci.append(_typing(locus, part, by_locus.get(locus, [])))
        findings += glstring_findings(part, "", sample.where, locus)
    named = {each.locus for each in loci}
    for locus, own in by_locus.items():
        if locus not in named:
            loci.append(_typing(locus, "", own))
            findings.append(Finding("no_call", "this locus has a sequence and no genotype", sample.where, locus))
    findings += [
        Finding(
            "novel_candidate", "this sequence differs from the allele it is named after", each.where, _locus_name(each)
        )
        for each in sequences
        if _is_novel(each)
    ]
    return loci, findings


def _locus_name(sequence: Element) -> str:
    return gene_name(sequence.read("Locus_name")) or gene_of(sequence.read("HLATyping"))


def _is_novel(sequence: Element) -> bool:
    return bool(sequence.read("NovelPolymorphism").rpartition(":")[2].strip())


def _typing(locus: str, part: str, sequences: list[Element]) -> LocusTyping:
    expression = in_usual_words(closed_up(part), WMDA_WORDS)
    state = "novel" if any(map(_is_novel, sequences)) else state_of(expression)
    databases = {each.read(DATABASE) for each in sequences} - {""}
    name, _, release = databases.pop().rpartition(" ") if len(databases) == 1 else ("", "", "")
    return LocusTyping(
        locus=locus,
        state=state,
        reported=part.strip(),
        expression="" if state in UNCALLED or state == "novel" else expression,
        allele_db=name,
        stated_release=release,
        quality=tuple(_printed(sequences, QUALITY)),
        references=tuple(_printed(sequences, REFERENCES)),
    )


def _printed(sequences: list[Element], labels: tuple[str, ...]) -> Iterator[Printed]:
    for each in sequences:
        for label in labels:
            if text := each.read(label):
                yield Printed(label, text, each.where)


FORMAT = Format(
    name="ihiw_workshop",
    title="IHIW workshop report (XML, 17th workshop)",
    verified="published descriptions",
    looks_like=looks_like,
    parse=parse,
    syntax=("xml",),
)
