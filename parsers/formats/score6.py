"""SCORE 6's batch XML (CareDx, before that Olerup): QTYPE and SSP kits, one batch, its patients, their samples.

    batchSubmission > batchinfo or batchInfo > dateCreated, createdBy > scoreVersion
      patients/patient > patientId, samples/sample > sampleId, typedLoci/typedLocus
        locus (HLA-A ... HLA-DRB, which is DRB1 with DRB3, DRB4 and DRB5), alleleDb ("HLADB_3.29.0"), tolerance
        alleleCall (two, for DRB four), serologicalEquivalentCall, Bw4Bw6, manuallyAssignedBy, typingComment
        resultPairs/resultCombination > alleleList1/allele, alleleList2/allele, linkedCombination (the same, repeated)
        typingKitData > name, lot, testSet > channel, positiveWells, falsePositive, falseNegative, manually...

The alleleCalls are empty unless somebody assigned one: then the resultPairs are candidates, and nothing is called. They
stand in `reported` as a GL String. In a linkedCombination every alleleList1 begins a genotype of its own; a `-` there
is the copy that is not present. Calls beside a serological equivalent `Null` are called only if one of them is a null
allele. The texts that abbreviate the same lists (`01:27-01:29`) need the allele list of their
release to be unfolded, and are counted, not read. So are names and birth dates.

Source: exports of SCORE 6.0.91.
"""

from collections.abc import Iterator
from itertools import permutations

from lxml import etree

from parsers.duplicates import marked
from parsers.errors import ParseError
from parsers.format import Document, Format
from parsers.glstring_code import NULL_UNNAMED, antigen_locus, release_findings, unnamed_null
from parsers.records import Finding, LocusTyping, Parsed, Printed, TypingReport
from parsers.typing_states import UNCALLED, gene_name, gene_within, state_of
from parsers.xml_document import root_name
from parsers.xml_selection import Selection, nobody, select_in
from parsers.xml_walk import local, place

ROOT = "batchSubmission"
BATCH = ("batchinfo", "batchInfo")
NO_SECOND = "-"
TOLERATED = ("falsePositive", "falseNegative")
EDITED = ("manuallyExcluded", "manuallyPositive", "manuallyNegative")


def looks_like(head: bytes) -> bool:
    """Whether the root element is that of a SCORE batch."""
    return root_name(head) == ROOT


def parse(document: Document) -> Parsed:
    """One TypingReport per sample. Raises ParseError."""
    chosen = select_in(document.raw, ROOT)
    reports = tuple(
        _report(sample, patient, chosen)
        for patient in chosen.all(chosen.root, "patients/patient")
        for sample in chosen.all(patient, "samples/sample")
    )
    if not reports:
        raise ParseError("this batch holds no sample", where=place(chosen.root), expected="patients with samples")
    return Parsed(reports=marked(reports), ignored=chosen.left())


def _report(sample: etree._Element, patient: etree._Element, chosen: Selection) -> TypingReport:
    name = chosen.text(sample, "sampleId")
    if not name:
        raise nobody(sample, "sample/sampleId")
    loci = list(chosen.all(sample, "typedLoci/typedLocus"))
    typings = [typing for each in loci for typing in _typings(each, chosen)]
    version = _of_batch(chosen, "createdBy/scoreVersion")
    return TypingReport(
        format="score6",
        sample=name,
        subject=chosen.text(patient, "patientId"),
        date=_of_batch(chosen, "dateCreated"),
        software=f"SCORE {version}".strip(),
        reviewer="; ".join(dict.fromkeys(filter(None, (chosen.text(each, "manuallyAssignedBy") for each in loci)))),
        loci=tuple(typings),
        properties=tuple(_properties(sample, chosen)),
        findings=(*(finding for each in loci for finding in _findings(each, chosen)), *release_findings(typings)),
    )


def _of_batch(chosen: Selection, path: str) -> str:
    return next(filter(None, (chosen.text(chosen.root, f"{name}/{path}") for name in BATCH)), "")


def _properties(sample: etree._Element, chosen: Selection) -> Iterator[Printed]:
    for name in ("sampleRecieved", "sampleComment", "laboratoryComment"):
        if text := chosen.text(sample, name):
            yield Printed(name, text)


def _typings(element: etree._Element, chosen: Selection) -> Iterator[LocusTyping]:
    """The locus, or for DRB each of its genes that is called or listed."""
    locus = gene_name(chosen.text(element, "locus"))
    called = _by_gene(chosen.texts(element, "alleleCall"), locus)
    listed = _listed(element, locus, chosen)
    for gene in dict.fromkeys([*called, *listed]) or {locus: None}:
        yield _typing(gene, locus, called.get(gene, []), "|".join(listed.get(gene, [])), element, chosen)


def _by_gene(calls: list[str], locus: str) -> dict[str, list[str]]:
    """The calls of each gene that the test is for; a copy that is not present stands behind the copy of its gene."""
    genes: dict[str, list[str]] = {}
    before = locus
    for call in calls:
        before = before if call == NO_SECOND else gene_within(locus, call)
        genes.setdefault(before, []).append(call)
    return genes


def _listed(element: etree._Element, locus: str, chosen: Selection) -> dict[str, list[str]]:
    """The genotypes of the resultPairs by gene, each as a GL String."""
    genes: dict[str, list[str]] = {}
    for combination in chosen.all(element, "resultPairs/resultCombination"):
        for group in (combination, *chosen.all(combination, "linkedCombination")):
            for genotype in _genotypes(group, chosen):
                for gene, copies in _by_gene(genotype, locus).items():
                    genes.setdefault(gene, []).append("+".join(copies))
    return {gene: list(dict.fromkeys(genotypes)) for gene, genotypes in genes.items()}


def _genotypes(group: etree._Element, chosen: Selection) -> Iterator[list[str]]:
    """The copies of each genotype in a combination; an alleleList1 begins one."""
    copies: list[str] = []
    for lists in group:
        if local(lists) == "alleleList1" and copies:
            yield copies
            copies = []
        if local(lists) in ("alleleList1", "alleleList2"):
            alleles = [each for each in chosen.texts(lists, "allele") if each != NO_SECOND]
            copies += ["/".join(alleles)] if alleles else []
    if copies:
        yield copies


def _typing(
    gene: str, locus: str, calls: list[str], listed: str, element: etree._Element, chosen: Selection
) -> LocusTyping:
    expression = "+".join(call for call in calls if call != NO_SECOND)
    hidden = _hides_null(element, chosen) or antigen_locus(expression) != ""
    state = state_of(expression) if calls and not hidden else "candidates" if calls or listed else "failed"
    kits = list(chosen.all(element, "typingKitData"))
    return LocusTyping(
        locus=gene,
        state=state,
        reported="+".join(calls) or listed,
        expression="" if hidden or state in UNCALLED else expression,
        method="SSP",
        kit=_distinct(chosen.text(each, "name") for each in kits),
        kit_lot=_distinct(chosen.text(each, "lot") for each in kits),
        test_id=_distinct(chosen.text(each, "id") for each in kits),
        stated_release=chosen.text(element, "alleleDb"),
        date=chosen.text(element, "assayDate"),
        review="assigned" if calls else "not assigned",
        quality=tuple(_wells(element, chosen)),
        references=(
            *([] if gene == locus else [Printed("locus", locus)]),
            *([Printed("candidates", listed)] if calls and listed else []),
            *_remarks(element, chosen),
        ),
    )


def _distinct(texts: Iterator[str]) -> str:
    return "+".join(dict.fromkeys(filter(None, texts)))


def _wells(element: etree._Element, chosen: Selection) -> Iterator[Printed]:
    yield Printed("tolerance", chosen.text(element, "tolerance"))
    for test in chosen.all(element, "typingKitData/testSet"):
        channel = chosen.text(test, "channel")
        for name in ("positiveWells", "excludedWells", *TOLERATED, *EDITED):
            if text := chosen.text(test, name):
                yield Printed(f"{channel}/{name}", text)


def _remarks(element: etree._Element, chosen: Selection) -> Iterator[Printed]:
    if serology := chosen.texts(element, "serologicalEquivalentCall"):
        yield Printed("serologicalEquivalentCall", "+".join(serology))
    for name in ("Bw4Bw6", "typingComment"):
        if text := chosen.text(element, name):
            yield Printed(name, text)


def _findings(element: etree._Element, chosen: Selection) -> Iterator[Finding]:
    locus = gene_name(chosen.text(element, "locus"))
    where = place(element)
    tests = list(chosen.all(element, "typingKitData/testSet"))
    tolerated = any(chosen.text(each, name) for each in tests for name in TOLERATED)
    if tolerated or chosen.text(element, "tolerance") not in ("", "0"):
        yield Finding("tolerance_used", "wells that contradict the result were tolerated", where, locus)
    if any(chosen.text(each, name) for each in tests for name in EDITED):
        yield Finding("reactions_edited", "a person changed the reactions of wells", where, locus)
    calls, listed = chosen.texts(element, "alleleCall"), _listed(element, locus, chosen)
    if not (calls or listed):
        yield Finding("no_call", "neither a call nor a combination stands here", where, locus)
    by_gene = _by_gene(calls, locus)
    if _hides_null(element, chosen):
        yield from (Finding("serology_differs", NULL_UNNAMED, where, gene) for gene in by_gene)
    for gene, called in by_gene.items():
        names = [call for call in called if call != NO_SECOND]
        if gene in listed and names and not any(_agree(names, genotype) for genotype in listed[gene]):
            yield Finding("genotypes_differ", "the call is none of the combinations that the wells allow", where, gene)


def _hides_null(element: etree._Element, chosen: Selection) -> bool:
    """Whether the serology of a locus calls an allele null, and none of its calls says so by its name."""
    serology = " ".join(chosen.texts(element, "serologicalEquivalentCall"))
    return unnamed_null(serology, chosen.texts(element, "alleleCall"))


def _agree(calls: list[str], genotype: str) -> bool:
    """Whether each call is one of the alleles of a copy of its own, or the first fields of one."""
    for copies in permutations(genotype.split("+")):
        pairs = list(zip(calls, copies, strict=False))
        if all(any(f"{name}:".startswith(f"{call}:") for name in copy.split("/")) for call, copy in pairs):
            return True
    return False


FORMAT = Format(
    name="score6",
    title="SCORE 6 batch (CareDx/Olerup QTYPE or SSP, XML)",
    verified="real samples",
    looks_like=looks_like,
    parse=parse,
    syntax=("xml",),
)
