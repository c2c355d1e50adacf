"""FHIR: HLA typings as genotype Observations and DiagnosticReports, in JSON or XML, alone or in a Bundle.

    Bundle > entry > DiagnosticReport  result > Observation (genotype) > derivedFrom > Observation (allele)
                                       subject > Patient, specimen > Specimen, performer > Organization
                                       extension, conclusionCode: a GL String Code over several loci, the summary

A DiagnosticReport is one typing report; genotypes that no report names are one report for each person and specimen.
Where a report states a locus in an Observation and in its summary, the Observation is taken; a locus that only the
summary states is taken from there. The sample is the specimen's identifier, the subject the person's, a GRID before any
other. A resource that names neither takes the name of its file, and says so. Names, birth dates, narratives and
sequences are read by nobody here: they are declared by path alone.

A report, its results, whom these focus on, their specimens and the alleles that they derive from have to be about one
person: a result that is not shown to be is kept as printed. So is one that rests on something that speaks against it
(`parsers.fhir_objections`).

Source: HL7 FHIR R4 (hl7.org/fhir/R4), Genomics Reporting STU2, NMDP hla-reporting and donor-patient guides, and the
STU3 example bundle of the NMDP.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import PurePath

from msgspec.structs import replace

from parsers.elements import NOTHING, Element
from parsers.errors import ParseError
from parsers.fhir_basis import Bases
from parsers.fhir_genotypes import (
    PROJECT_EXTENSION,
    alleles_of,
    code_findings,
    is_typing,
    read_genotype,
    release_of,
)
from parsers.fhir_identity import Identities
from parsers.fhir_objections import refuse_past_states
from parsers.fhir_resources import Resources, is_grid, looks_like_fhir, place, printed_codes, read_resource
from parsers.format import Document, Format
from parsers.glstring_code import glstring_findings, locus_of, release_findings, unwrapped
from parsers.name_blanks import closed_up
from parsers.records import Finding, LocusTyping, Parsed, Printed, TypingReport
from parsers.result_statuses import FHIR
from parsers.typing_states import UNCALLED, gene_name, state_of

GLSTRING = re.compile(r"hla#|HLA-[A-Z]+[0-9]?[*:][0-9]")
ELSEWHERE = "the report names results that are not in this document"
OTHER_PERSON = (
    "the report, this result, its focus, its specimen and its alleles do not all name one person; it is kept as printed"
)
RIVALS = "the person has several GRIDs, or several numbers of one registry, and nothing says which; none is taken"
SAME_ADDRESS = "a resource that this report takes stands in the document twice, and not alike; the first one is read"
SPECIMENS = "the results are of several specimens; the first one is taken for all of them"
UNLINKED = "the only report of this document does not name this result; both name no other person"


def parse(document: Document) -> Parsed:
    """A TypingReport for each DiagnosticReport, and for each person and specimen that none is about.

    Raises ParseError.
    """
    root = read_resource(document.raw)
    refuse_past_states(root)
    resources = Resources(root)
    reading = Reading(resources, PurePath(document.name).stem)
    reports = [*map(reading.report, resources.of_type("DiagnosticReport")), *reading.unreported()]
    reports = [each for each in reports if each.loci]
    if not reports:
        raise ParseError(
            "this FHIR document holds no HLA typing",
            found=root.name,
            where="the document",
            expected="an Observation with the code 84413-4 or that of an HLA locus, or a DiagnosticReport with one",
            advice="Ask the sender for the bundle that the report came in.",
        )
    return Parsed(reports=tuple(reports), ignored=root.ignored())


class Reading:
    """One document being read: its resources, and which of its Observations a report has taken."""

    def __init__(self, resources: Resources, name: str) -> None:
        self.resources = resources
        self.identities = Identities(resources)
        self.bases = Bases(resources, self.identities)
        self.name = name
        typings = [each for each in resources.of_type("Observation") if is_typing(each, resources)]
        derived = {part for each in typings for part in alleles_of(each, resources)}
        self.genotypes = dict.fromkeys(each for each in typings if each not in derived)
        self.taken: set[Element] = set()

    def report(self, source: Element) -> TypingReport:
        """The report of a DiagnosticReport."""
        observations, findings = self._results(source)
        loci = self._loci(observations, findings, source)
        summary = _with_summary(loci, source, findings)
        loci += _unless_doubted(summary, [*self._doubts(source), *self.bases.of(source).objections], findings)
        doubt = FHIR.get(source.read("status"))
        if doubt:
            findings.append(replace(doubt, where=place(source)))
        if doubt and doubt.code == "withdrawn_result":
            loci = [replace(each, state="failed", expression="") for each in loci]
        return self._made(source, [source, *observations], loci, findings)

    def _results(self, source: Element) -> tuple[list[Element], list[Finding]]:
        """The genotypes of a report: those it names, and those of the document's only report that nobody names."""
        named = [self.resources.referred(each) for each in source.each("result")]
        named += [self.resources.referred(member) for each in named for member in each.each("hasMember")]
        found = [each for each in dict.fromkeys(named) if each in self.genotypes]
        findings = [Finding("results_elsewhere", ELSEWHERE, place(source))] if NOTHING in named else []
        if len(self.resources.of_type("DiagnosticReport")) == 1:
            known = set(found)
            loose = [each for each in self.genotypes if each not in known and not any(self._whose([each]))]
            found += loose
            findings += [Finding("unlinked_result", UNLINKED, place(each)) for each in loose]
        self.taken.update(found)
        return found, findings

    def unreported(self) -> Iterator[TypingReport]:
        """A report for each person and specimen whose genotypes no DiagnosticReport names."""
        groups: dict[tuple[str, str], list[Element]] = {}
        for each in self.genotypes:
            if each not in self.taken:
                groups.setdefault(self._whose([each]), []).append(each)
        for observations in groups.values():
            findings: list[Finding] = []
            loci = self._loci(observations, findings)
            yield self._made(observations[0], observations, loci, findings)

    def _loci(
        self, observations: list[Element], findings: list[Finding], report: Element = NOTHING
    ) -> list[LocusTyping]:
        loci: list[LocusTyping] = []
        whole = self.bases.of(report)
        about = whole.persons or next(filter(None, (self.bases.of(each).persons for each in observations)), [])[:1]
        for observation in observations:
            read = read_genotype(observation, self.resources)
            findings += [*code_findings(observation), *read.findings]
            against = (*whole.objections, *self.bases.of(observation).objections)
            loci += _unless_doubted(read.loci, [*self._doubts(observation, about), *against], findings)
        if self.identities.differ(each.first("specimen") for each in (report, *observations)):
            findings.append(Finding("several_specimens", SPECIMENS, place(report)))
        repeated = {locus for locus, count in Counter(each.locus for each in loci).items() if count > 1}
        findings += [
            Finding("locus_repeated", f"several results hold {locus}; they are kept apart", "", locus)
            for locus in sorted(repeated)
        ]
        return [_unpaired(each) if each.locus in repeated else each for each in loci]

    def _doubts(self, source: Element, about: Iterable[Element] = ()) -> Iterator[Finding]:
        """That a report or result is about somebody else than these, or its own references do not name one person."""
        basis = self.bases.of(source)
        if basis.elsewhere or self.identities.differ((*about, *basis.persons)):
            yield Finding("sample_differs", OTHER_PERSON, place(source))

    def _whose(self, sources: list[Element]) -> tuple[str, str]:
        """Sample and subject, as the first of these resources says that names them."""
        identify = self.resources.identifier
        samples = (identify(each.first("specimen")) for each in sources)
        subjects = (identify(reference) for each in sources for reference in self.bases.of(each).persons)
        return next(filter(None, samples), ""), next(filter(None, subjects), "")

    def _assigner(self, sources: list[Element], subject: str) -> str:
        """The system of the identifier that the subject is called by; a GRID needs none."""
        references = (reference for each in sources for reference in self.bases.of(each).persons)
        named = next((each for each in references if self.resources.identifier(each) == subject), None)
        return self.resources.assigner(named) if named else ""

    def _made(
        self, source: Element, sources: list[Element], loci: list[LocusTyping], findings: list[Finding]
    ) -> TypingReport:
        sample, subject = self._whose(sources)
        if not (sample or subject):
            sample = self.name
            findings.append(Finding("sample_from_name", "no specimen and no person is named; the file's name is taken"))
        if not sample and not subject:
            raise _nobodys(source)
        person = next((reference for each in sources for reference in self.bases.of(each).persons), NOTHING)
        rivals = self.identities.rivals(person)
        if rivals:
            findings.append(Finding("identifiers_differ", RIVALS, place(sources[0])))
        findings += self._disputed(sources)
        release = release_of([each.first("valueCodeableConcept") for each in source.each("extension")])
        findings += release_findings(loci)
        return TypingReport(
            format="fhir",
            sample=sample,
            subject="" if rivals else subject,
            subject_assigner=self._assigner(sources, subject) if not rivals else "",
            report_id=self._report_id(source),
            centre=self._centre(sources),
            project=_project(source),
            date=_date(sources),
            software=self._software(sources),
            review=source.read("status"),
            loci=tuple(each if each.stated_release else replace(each, stated_release=release) for each in loci),
            properties=(*_properties(source), *_not_taken(rivals, self.resources.retired(person), source)),
            findings=tuple(dict.fromkeys(findings)),
        )

    def _disputed(self, sources: list[Element]) -> Iterator[Finding]:
        """Said of a report of which a result, allele, person or specimen stands here twice, and not alike."""
        for each in sources:
            if not self.resources.disputed.isdisjoint(self.bases.of(each).resources):
                yield Finding("resources_differ", SAME_ADDRESS, place(each))

    def _report_id(self, source: Element) -> str:
        own = source.read("identifier", "value") if source.name == "DiagnosticReport" else ""
        return own or self._document_id or source.read("id")

    @cached_property  # thousands of entries stand beside it
    def _document_id(self) -> str:
        return self.resources.root.read("identifier", "value")

    def _centre(self, sources: list[Element]) -> str:
        """The laboratory; a performer who is a person is nobody's business here."""
        for performer in (each for source in sources for each in source.each("performer")):
            for reference in (performer, *performer.each("actor")):
                resource = self.resources.referred(reference)
                if resource.name == "Organization":
                    return resource.read("identifier", "value") or resource.read("name")
                if reference.first("reference").text.startswith("Organization/"):
                    return reference.read("identifier", "value") or reference.read("display")
        return ""

    def _software(self, sources: list[Element]) -> str:
        devices = (self.resources.referred(each.first("device")) for each in sources)
        names = (each.read("deviceName", "name") or each.read("version") for each in devices)
        return next(filter(None, names), "")


def _nobodys(source: Element) -> ParseError:
    return ParseError(
        "this typing names neither a specimen nor a person: nobody could tell whose it is",
        where=place(source),
        expected="subject or specimen, with an identifier or a reference",
        advice="Have the sender fill in one of them.",
    )


def _project(source: Element) -> str:
    own = (each for each in source.each("extension") if each.first("url").text == PROJECT_EXTENSION)
    return next((each.read("valueString") for each in own), "")


def _date(sources: list[Element]) -> str:
    dates = (each.read("effectiveDateTime") or each.read("issued") for each in sources)
    return next(filter(None, dates), "")


def _properties(source: Element) -> Iterator[Printed]:
    """What a report was asked as, and when it was issued."""
    if source.name == "DiagnosticReport":
        yield from printed_codes(source)
        yield from (Printed("summary", each.read(), place(source)) for each in _summaries(source))
    if issued := source.read("issued"):
        yield Printed("issued", issued, place(source))


def _not_taken(rivals: list[Element], retired: list[Element], source: Element) -> Iterator[Printed]:
    """The identifiers of the person that are not taken for the subject's, for people to see."""
    for each in rivals:
        yield Printed("GRID" if is_grid(each) else "identifier", each.read("value"), place(source))
    for each in retired:
        yield Printed("retired identifier", each.read("value"), place(source))


def _with_summary(loci: list[LocusTyping], source: Element, findings: list[Finding]) -> list[LocusTyping]:
    """The loci that only the summary of a report states; a locus that it spells otherwise is doubted."""
    added: list[LocusTyping] = []
    known = {each.locus: each for each in loci}
    for summary in _summaries(source):
        glstring, release = unwrapped(summary.text)
        for part in glstring.split("^"):
            written = closed_up(part)
            locus = locus_of(written)
            findings += glstring_findings(part, release, f"{place(source)}, summary", locus)
            if locus not in known:
                added.append(_from_summary(locus, part, release))
            elif gene_name(known[locus].expression) != gene_name(written):
                message = "the summary of the report spells this locus otherwise than its result, which is taken"
                findings.append(Finding("summary_differs", message, place(source), locus))
    return added


def _from_summary(locus: str, part: str, release: str) -> LocusTyping:
    written = closed_up(part)
    state = state_of(written)
    expression = "" if state in UNCALLED else written
    return LocusTyping(locus=locus, state=state, reported=part, expression=expression, stated_release=release)


def _summaries(source: Element) -> list[Element]:
    """The places of a report that hold a GL String over its loci."""
    concepts = [
        *(each.first("valueCodeableConcept") for each in source.each("extension")),
        *source.each("conclusionCode"),
        *source.each("codedDiagnosis"),
    ]
    texts = [coding.first("code") for each in concepts for coding in each.each("coding")]
    texts += [each.first(name) for each in source.each("extension") for name in ("text", "valueString")]
    texts.append(source.first("conclusion"))
    return [each for each in texts if GLSTRING.search(each.text)]


def _unless_doubted(loci: list[LocusTyping], doubts: list[Finding], findings: list[Finding]) -> list[LocusTyping]:
    """These loci; called by nobody where there are doubts, which are said of each of them."""
    if not doubts:
        return loci
    findings += [replace(doubt, locus=each.locus) for each in loci for doubt in doubts]
    return [replace(each, state="candidates", expression="") for each in loci]


def _unpaired(locus: LocusTyping) -> LocusTyping:
    """Two results of one allele each may be its two copies or two tests: nobody has said which."""
    return replace(locus, state="candidates") if locus.state == "one_stated" else locus


FORMAT = Format(
    name="fhir",
    title="FHIR genotype Observations and reports of HLA typings (R4, STU3; JSON and XML)",
    verified="real samples",
    looks_like=looks_like_fhir,
    parse=parse,
    syntax=("text", "xml"),
)
