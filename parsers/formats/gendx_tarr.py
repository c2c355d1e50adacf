"""GenDx NGSengine's project XML (TARR): next-generation sequencing, one project, its samples, their loci.

    ProjectXml > ProjectName, User @Name @DateTime, AnalysisSoftware > Software, Version
      Samples > Sample > Name
        Loci > Locus > Name, User @DateTime, AlleleDB > Version ("IMGT/HLA 3.38.0"), ReadDepth, Mappability
          TypingResult > GenoTypeList > Genotype > allele @PriorityMM @NonPriorityMM @ExonMM @IntronMM, then the name
                         GLString
          TypingResultThreeFields, ...TwoFields, ...PGroup, ...GGroup, ...Optimized > GLString
          AnalysisSettings > AmpliconMethod;  ReviewList @CurrentApprovalStatus;  Warnings;  QuestionMarkPositions

The GenoTypeList holds thousands of near misses. Only its genotypes with the fewest mismatches are the result, and the
GLString is to say the same: it is held against them. A best genotype that still mismatches is no allele of the release
but perhaps a novel one. A locus that nobody has approved lists candidates, and so does one that contradicts itself or
names another sample. None of these has an expression, for nothing was called. Sequences, matches and near misses are
counted, not read.

Source: exports of NGSengine 2.16; the schema TARR.xsd it names is not public.
"""

from collections.abc import Iterator

from lxml import etree

from parsers.duplicates import marked
from parsers.errors import ParseError
from parsers.format import Document, Format
from parsers.glstring_code import release_findings
from parsers.name_blanks import closed_up
from parsers.records import Finding, LocusTyping, Parsed, Printed, State, TypingReport
from parsers.typing_states import gene_name, state_of
from parsers.xml_document import root_name
from parsers.xml_selection import Selection, nobody, select_in
from parsers.xml_walk import local, place

ROOT = "ProjectXml"
OTHER_RESOLUTIONS = ("ThreeFields", "TwoFields", "PGroup", "GGroup", "Optimized")
MEASURES = (
    ("ReadDepth", "Minimum"),
    ("ReadDepth", "Median"),
    ("ReadDepth", "Mean"),
    ("Mappability", "PercentageUsed"),
)
CALLED = ("two_copies", "homozygous_stated", "one_stated")
NOT_MEASURED = ("", "-1")
COUNTS = ("Warnings", "QuestionMarkPositions")

Pair = tuple[str, ...]


def looks_like(head: bytes) -> bool:
    """Whether the root element is that of an NGSengine project."""
    return root_name(head) == ROOT


def parse(document: Document) -> Parsed:
    """One TypingReport per sample. Raises ParseError."""
    chosen = select_in(document.raw, ROOT)
    samples = list(chosen.all(chosen.root, "Samples/Sample"))
    if not samples:
        raise ParseError("this project holds no sample", where=place(chosen.root), expected="Samples with a Sample")
    return Parsed(reports=marked([_report(each, chosen) for each in samples]), ignored=chosen.left())


def _report(sample: etree._Element, chosen: Selection) -> TypingReport:
    root = chosen.root
    name = chosen.text(sample, "Name")
    loci = list(chosen.all(sample, "Loci/Locus"))
    if not name:
        raise nobody(sample, "Sample/Name")
    user = chosen.first(root, "User")
    findings: list[Finding] = []
    typings = tuple(_typing(each, name, chosen, findings) for each in loci)
    return TypingReport(
        format="gendx_tarr",
        sample=name,
        report_id=chosen.text(root, "ProjectName"),
        date=chosen.attribute(user, "DateTime"),
        software=" ".join(chosen.text(root, f"AnalysisSoftware/{part}") for part in ("Software", "Version")).strip(),
        reviewer=chosen.attribute(user, "Name"),
        loci=typings,
        findings=(*findings, *release_findings(typings)),
    )


def _typing(element: etree._Element, sample: str, chosen: Selection, findings: list[Finding]) -> LocusTyping:
    locus = gene_name(chosen.text(element, "Name"))
    result = chosen.first(element, "TypingResult")
    best, mismatches = _best(result, chosen)
    written = chosen.text(result, "GLString")
    stated = written or "|".join(sorted("+".join(pair) for pair in best))
    review = chosen.attribute(chosen.first(element, "ReviewList"), "CurrentApprovalStatus")
    doubts = []
    if chosen.text(element, "SampleName") not in ("", sample):
        doubts.append(Finding("sample_differs", "a locus of this sample names another sample", place(element), locus))
    if written and best and not _say_the_same(written, best):
        doubts.append(
            Finding("genotypes_differ", "GLString and best genotypes are not the same", place(element), locus)
        )
    state = _state(stated, mismatches, "doubtful" if doubts else review)
    if mismatches:
        doubts.append(
            Finding("novel_candidate", "the best genotype mismatches: a novel allele?", place(element), locus)
        )
    findings += doubts
    return LocusTyping(
        locus=locus,
        state=state,
        reported=stated,
        expression=stated if state in CALLED else "",
        method="NGS",
        kit=chosen.text(element, "AnalysisSettings/AmpliconMethod"),
        stated_release=chosen.text(element, "AlleleDB/Version"),
        date=chosen.attribute(chosen.first(element, "User"), "DateTime"),
        review=review,
        quality=tuple(_quality(element, len(best), mismatches, chosen)),
        references=tuple(_references(element, sample, chosen)),
    )


def _best(result: etree._Element | None, chosen: Selection) -> tuple[set[Pair], int]:
    """The genotypes with the fewest mismatches, and how many those are."""
    least, best = 0, set[Pair]()
    for genotype in [] if result is None else chosen.all(result, "GenoTypeList/Genotype"):
        alleles = [each for each in genotype if local(each) == "allele"]
        count = sum(map(_mismatches, alleles))
        if not best or count < least:
            least, best = count, set()
        if count == least:
            best.add(tuple(sorted((each.text or "").strip() for each in alleles)))
    return best, least


def _mismatches(allele: etree._Element) -> int:
    """How often a sample differs from an allele: by regions of priority or, if that is more, by exons and introns."""
    by_priority = _number(allele.get("PriorityMM")) + _number(allele.get("NonPriorityMM"))
    return max(by_priority, _number(allele.get("ExonMM", "0")) + _number(allele.get("IntronMM", "0")))


def _number(text: str | None) -> int:
    if not text or not text.isdecimal():
        raise ParseError(
            "a count of mismatches is no number", found=text or "", where="allele/@PriorityMM", expected="digits"
        )
    return int(text)


def _say_the_same(written: str, best: set[Pair]) -> bool:
    """Whether a GL String stands for these genotypes and no other; it is unfolded no further than they go."""
    stated: set[Pair] = set()
    for pair in _pairs(closed_up(written)):
        if pair not in best:
            return False
        stated.add(pair)
    return stated == best


def _pairs(written: str) -> Iterator[Pair]:
    for genotype in written.split("|"):
        first, *others = (dict.fromkeys(copy.split("/")) for copy in genotype.split("+"))
        for allele in first:
            if not others:
                yield (allele,)
            yield from (tuple(sorted((allele, other))) for other in (others[0] if others else ()))


def _state(stated: str, mismatches: int, review: str) -> State:
    """Called only where a person has approved it and the best genotype fits; a rejected locus has failed.

    Of the words of a status the first one counts: `Unapproved`, `Not approved` and `To be approved` hold it as well.
    """
    approval = review.lower()
    if not stated or "reject" in approval:
        return "failed"
    if approval.split()[:1] != ["approved"]:
        return "candidates"
    return "novel" if mismatches else state_of(closed_up(stated))


def _quality(element: etree._Element, best: int, mismatches: int, chosen: Selection) -> Iterator[Printed]:
    for name, measure in MEASURES:
        found = chosen.first(element, name)
        if found is not None and found.get(measure, "") not in NOT_MEASURED:
            yield Printed(f"{name} {measure}", chosen.attribute(found, measure))
    for name in ("NumberOfGenotypes", "PhasingRegions"):
        if value := chosen.text(element, name):
            yield Printed(name, value)
    if listed := chosen.attribute(chosen.first(element, "TypingResult/GenoTypeList"), "Count"):
        yield Printed("genotypes listed", listed)
    yield Printed("best genotypes", str(best))
    yield Printed("mismatches", str(mismatches))
    for name in COUNTS:
        if (found := chosen.first(element, name)) is not None:
            yield Printed(name, str(len(found)))


def _references(element: etree._Element, sample: str, chosen: Selection) -> Iterator[Printed]:
    if (name := chosen.text(element, "SampleName")) != sample:
        yield Printed("SampleName", name)
    for resolution in OTHER_RESOLUTIONS:
        if text := chosen.text(element, f"TypingResult{resolution}/GLString"):
            yield Printed(resolution, text)
    codes = chosen.first(element, "TypingResult/NMDPCodes")
    if codes is not None:
        names = [chosen.attribute(each, "Name") for each in codes]
        yield Printed(f"NMDP codes, {chosen.attribute(codes, 'TableDate')}", "+".join(names))


FORMAT = Format(
    name="gendx_tarr",
    title="GenDx NGSengine project (TARR XML)",
    verified="real samples",
    looks_like=looks_like,
    parse=parse,
    syntax=("xml",),
)
