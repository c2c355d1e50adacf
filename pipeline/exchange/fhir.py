"""FHIR R4: a transaction bundle with a genotype Observation for each locus and a DiagnosticReport over them.

    Patient, Specimen, Organization, Device        identifiers only: subject, sample, laboratory, software
    Observation  84413-4   valueCodeableConcept  http://glstring.org  hla#3.58.0#HLA-A*01:01+HLA-A*02:01
                           component 48018-6  HGNC:4931; method; effectiveDateTime (a day); status
                           dataAbsentReason where nothing is called: error, not-performed
    DiagnosticReport  51969-4 > result

A state that the GL String does not show (candidates that nobody assigned, several results of one locus) stands in an
extension of ours, and such a result is preliminary, so that nobody takes it for a call. What the sender calls
preliminary is so here, too, and so is its report. The project, which tells a patient from a donor, is another extension
of ours. A review in words that FHIR does not have becomes the status `unknown`. A year or a month is a date here; a
text that is none is left out and named, and what it dates is written. What the bundle does not hold: antigens, what is
printed of a locus without a GL String, quality, kits, findings, the time of day. A test is read back only if it is one
of the Genetic Testing Registry.

Source: HL7 FHIR R4, HL7 Genomics Reporting STU2 (genotype), NMDP hla-reporting guide.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from parsers.fhir_genotypes import PROJECT_EXTENSION, STATE_EXTENSION
from parsers.glstring_code import coded as glstring_code
from parsers.loinc import GENE, GENOTYPE, REPORT
from parsers.records import LocusTyping, State, TypingReport
from parsers.typing_states import USUAL_WORDS, gene_of, state_of
from pipeline.exchange.antigens import states_antigens
from pipeline.exchange.record import (
    ALLELES_ONLY,
    NO_LOCUS,
    NOTHING_LEFT,
    Dispatch,
    LeftOut,
    Written,
    day_of,
    prefixed,
    preliminary_loci,
    why_not,
)
from pipeline.normalise.identifiers import read_identifier
from pipeline.normalise.tables import rows

GENOTYPE_PROFILE = "http://hl7.org/fhir/uv/genomics-reporting/StructureDefinition/genotype"
REPORT_PROFILE = "http://hl7.org/fhir/uv/genomics-reporting/StructureDefinition/genomics-report"
GLSTRING_SYSTEM = "http://glstring.org"
GRID_SYSTEM = "http://www.isbt128.org/uri/GRID"
REASONS: dict[State, str] = {"failed": "error", "not_tested": "not-performed"}
ABSENT_REASONS = "http://terminology.hl7.org/CodeSystem/data-absent-reason"
EARLY = "preliminary"
HGNC = {row["locus"]: row["hgnc"] for row in rows("hgnc_hla.csv")}
STATUSES = {
    **{each: each for each in ("registered", "partial", "preliminary", "final", "amended", "corrected", "cancelled")},
    "appended": "amended",
    "entered-in-error": "entered-in-error",
    "f": "final",
    "p": "preliminary",
    "c": "corrected",
}
"""Reviews that FHIR has a status for: its own words, and the letters of HL7 v2."""
UNNAMED = "there is no code for this gene here, and a name that does not say it is one of HLA"
SHARED = "another result of this locus stands beside it, and the two would be taken for the copies of one"
NO_DATE = "it is not written as a date, and FHIR takes no other text for one; what it dates is written without it"
YEAR_OR_MONTH = re.compile(r"(?!0000)[0-9]{4}(?:-(?:0[1-9]|1[0-2]))?")
OTHER_GENE = "its alleles are of another gene than the locus that the report names"
Resource = dict[str, Any]


def write(reports: Sequence[TypingReport], dispatch: Dispatch) -> Written:
    """One bundle of every report."""
    left_out: list[LeftOut] = []
    bundle = Bundle(dispatch)
    for report in reports:
        left_out += _add_report(bundle, report)
    samples = sum(each["resource"]["resourceType"] == "DiagnosticReport" for each in bundle.entries)
    return Written(bundle.text(), left_out, samples)


class Bundle:
    """A bundle that is being put together; every entry is known by a UUID made of the document's id and its number."""

    def __init__(self, dispatch: Dispatch) -> None:
        self.dispatch = dispatch
        self.entries: list[Resource] = []

    def add(self, kind: str, **members: Any) -> Resource:
        """Add a resource with those of its members that are not empty; a reference to it."""
        number = len(self.entries) + 1
        address = f"urn:uuid:{uuid5(NAMESPACE_URL, f'{self.dispatch.document_id}#{number}')}"
        resource = {"resourceType": kind, **{name: value for name, value in members.items() if value}}
        self.entries.append({"fullUrl": address, "resource": resource, "request": {"method": "POST", "url": kind}})
        return {"reference": address}

    def text(self) -> str:
        """The bundle as JSON."""
        whole = {"resourceType": "Bundle", "type": "transaction", "entry": self.entries}
        return json.dumps(whole, indent=1, ensure_ascii=False) + "\n"


def _add_report(bundle: Bundle, report: TypingReport) -> list[LeftOut]:
    name = report.sample or report.subject
    times = Counter(each.locus for each in report.loci if not states_antigens(each))
    refused = {place: reason for place, each in enumerate(report.loci) if (reason := _why_not(each, times[each.locus]))}
    loci = [each for place, each in enumerate(report.loci) if place not in refused]
    left_out = [LeftOut(name, report.loci[place].locus, reason) for place, reason in refused.items()]
    if not loci:
        return [*left_out, LeftOut(name, "", NOTHING_LEFT)]
    about, device = _add_subjects(bundle, report)
    performer = [bundle.add("Organization", name=report.centre)] if report.centre else []
    preliminary = preliminary_loci(report)
    results = []
    for each in loci:
        day = _date_of(each.date, report.date, bundle.dispatch.date)
        status = EARLY if each.locus in preliminary or each.state == "candidates" else _status(each.review)
        results.append(_add_genotype(bundle, each, **about, **device, status=status, effectiveDateTime=day))
    status = EARLY if preliminary else _status(report.review)
    _add_summary(bundle, report, **about, status=status, performer=performer, result=results)
    return left_out + _undated(report, loci)


def _add_subjects(bundle: Bundle, report: TypingReport) -> tuple[Resource, Resource]:
    """Whom and what a report is about, and by which software: references that its resources share."""
    about: Resource = {}
    if report.subject:
        about["subject"] = bundle.add("Patient", identifier=[_identifier(report.subject)])
    if report.sample:
        about["specimen"] = bundle.add("Specimen", identifier=[{"value": report.sample}])
    if not report.software:
        return about, {}
    return about, {"device": bundle.add("Device", deviceName=[{"name": report.software, "type": "user-friendly-name"}])}


def _add_summary(bundle: Bundle, report: TypingReport, **about: Any) -> None:
    """The DiagnosticReport over the results."""
    bundle.add(
        "DiagnosticReport",
        meta={"profile": [REPORT_PROFILE]},
        extension=[{"url": PROJECT_EXTENSION, "valueString": report.project}] if report.project else [],
        identifier=[{"value": report.report_id}] if report.report_id else [],
        category=[_coded("http://terminology.hl7.org/CodeSystem/v2-0074", "GE")],
        code=_coded("http://loinc.org", REPORT),
        effectiveDateTime=_date_of(report.date, bundle.dispatch.date),
        **{role: [each] if role == "specimen" else each for role, each in about.items()},
    )


def _undated(report: TypingReport, loci: Iterable[LocusTyping]) -> list[LeftOut]:
    """The dates of a report and of these loci that FHIR does not take."""
    dates = [("", report.date), *((each.locus, each.date) for each in loci)]
    name = report.sample or report.subject
    return [LeftOut(name, locus, NO_DATE, "date") for locus, date in dates if date.strip() and not _date_of(date)]


def _date_of(*texts: str) -> str:
    """The first of these texts that is printed, as a year, a month or a day; empty if it is none of them."""
    printed = next(filter(None, texts), "")
    return printed.strip() if YEAR_OR_MONTH.fullmatch(printed.strip()) else day_of(printed)


def _why_not(locus: LocusTyping, times: int) -> str:
    """Why an Observation would not say what a locus says, of which there are so many; empty if it does."""
    if states_antigens(locus):
        return ALLELES_ONLY
    if locus.state == "one_stated" and times > 1:
        return SHARED
    gene = "" if locus.state in REASONS else gene_of(locus.expression)
    if gene and locus.locus in ("", gene):
        return "" if gene in HGNC or prefixed(locus.expression).startswith("HLA-") else UNNAMED
    if gene:
        return OTHER_GENE
    return NO_LOCUS if not locus.locus else _why_not_silent(locus)


def _why_not_silent(locus: LocusTyping) -> str:
    """The same for a locus whose GL String does not say of which gene it is, or that has none."""
    if locus.locus not in HGNC:
        return UNNAMED
    return "" if locus.expression or locus.state in USUAL_WORDS else why_not(locus)


def _identifier(printed: str) -> Resource:
    identifier = read_identifier(printed)
    return {"system": GRID_SYSTEM, "value": printed} if identifier.scheme == "GRID" else {"value": printed}


def _coded(system: str, code: str, **more: str) -> Resource:
    return {"coding": [{"system": system, "code": code, **more}]}


def _status(review: str) -> str:
    return STATUSES.get(review.strip().lower(), "unknown")


def _add_genotype(bundle: Bundle, locus: LocusTyping, **about: Any) -> Resource:
    glstring = prefixed(locus.expression or f"{locus.locus}*{USUAL_WORDS[locus.state]}")
    reason = REASONS.get(locus.state, "")
    shown = reason or state_of(glstring) == locus.state
    return bundle.add(
        "Observation",
        meta={"profile": [GENOTYPE_PROFILE]},
        extension=[] if shown else [{"url": STATE_EXTENSION, "valueCode": locus.state}],
        category=[_coded("http://terminology.hl7.org/CodeSystem/observation-category", "laboratory")],
        code=_coded("http://loinc.org", GENOTYPE),
        **about,
        valueCodeableConcept={} if reason else _value(glstring, locus.stated_release),
        dataAbsentReason=_coded(ABSENT_REASONS, reason) if reason else {},
        method=_method(locus),
        component=_gene(locus.locus),
    )


def _value(glstring: str, release: str) -> Resource:
    code = glstring_code(release, glstring)
    return _coded(GLSTRING_SYSTEM, code, version="1.0") if code != glstring else {"text": glstring}


def _method(locus: LocusTyping) -> Resource:
    coding = {"system": locus.test_source, "code": locus.test_id}
    made = {
        "coding": [{name: value for name, value in coding.items() if value}] if locus.test_id else [],
        "text": locus.method,
    }
    return {name: value for name, value in made.items() if value}


def _gene(locus: str) -> list[Resource]:
    if locus not in HGNC:
        return []
    gene = _coded("http://www.genenames.org/geneId", HGNC[locus], display=prefixed(f"{locus}*").rstrip("*"))
    return [{"code": _coded("http://loinc.org", GENE), "valueCodeableConcept": gene}]
