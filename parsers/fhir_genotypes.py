"""HLA typings in FHIR Observations: one genotype of one gene, its value a GL String Code.

    code                    84413-4 (genotype), or the LOINC code of the locus (NMDP, STU3)
    valueCodeableConcept    coding http://glstring.org  hla#3.58.0#HLA-A*01:01+HLA-A*02:01; of an allele also its
                            accession number (HLA00001), printed before the name that is displayed for it
    dataAbsentReason        where there is no value: not-performed, or any other reason; a value beside it is not called
    component 48018-6       the gene: HGNC:4931, displayed HLA-A
    derivedFrom             the Observation (84414-2) of each allele; of STU3: related > target

STU3 gave a genotype no value of its own: its text is put together from the alleles that it derives from. An allele
that no genotype derives from stands for itself, and one allele is never doubled.

Source: HL7 Genomics Reporting (genotype, haplotype), NMDP hla-reporting and donor-patient guides, and the STU3 examples
of the NMDP.
"""

import re
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

from msgspec.structs import replace

from parsers.code_tables import code_rows
from parsers.elements import NOTHING, Element
from parsers.fhir_resources import Resources, codings, place, printed_codes
from parsers.glstring_code import ACCESSION, coding_findings, glstring_findings, locus_of, unwrapped
from parsers.loinc import GENE, GENOTYPE, LOCUS_CODES, is_loinc
from parsers.name_blanks import closed_up
from parsers.records import Finding, LocusTyping, Printed, State
from parsers.remembered import remembered
from parsers.result_statuses import FHIR
from parsers.typing_states import UNCALLED, WMDA_WORDS, gene_name, state_of

ALLELE = "84414-2"
COPIES = 2
LOINC = "loinc.org"
STATE_EXTENSION = "urn:graftline:typing-state"
"""Holds a state that the value itself does not show; our own writer's, and nobody else need know it."""
PROJECT_EXTENSION = "urn:graftline:project"
"""Holds the project of a report, which tells a patient from a donor; our own writer's likewise."""
DENIED = Finding("value_without_result", "a reason why there is no result stands beside a result")
OPERATORS = re.compile(r"[?^|+~/#]")
STATES: dict[str, State] = {
    each: each for each in ("two_copies", "one_stated", "homozygous_stated", "absent", "novel", "candidates")
}

GENES = {row["hgnc"]: row["locus"] for row in code_rows("hgnc_hla.csv")}


class Read(NamedTuple):
    """The loci of one Observation, and what was odd about it."""

    loci: list[LocusTyping]
    findings: list[Finding]


def is_typing(observation: Element, resources: Resources) -> bool:
    """Whether an Observation holds an HLA genotype or allele.

    Under another code of LOINC alleles may be something else, such as what an antibody binds; under one that cannot be
    LOINC's (`84413-7`, `57290-1` of some converters) they are taken for a typing, and the code is doubted.
    """
    derives = GENOTYPE in {code for _, code, _ in codings(observation.first("code"))}
    return _states_alleles(observation) or (derives and any(map(_states_alleles, alleles_of(observation, resources))))


def _states_alleles(observation: Element) -> bool:
    codes = {code for _, code, _ in codings(observation.first("code"))}
    if codes & LOCUS_CODES.keys():
        return True
    named = _value_element(observation).text
    written = named.startswith("hla#") or "HLA-" in named or ACCESSION.fullmatch(named) is not None
    if codes & {GENOTYPE, ALLELE}:
        return written or bool(_gene(observation))
    return written and "*" in named and any(code_findings(observation))


def alleles_of(observation: Element, resources: Resources) -> list[Element]:
    """The Observations of the alleles that a genotype derives from, as far as they are in the document."""
    found = map(resources.referred, _derived_from(observation))
    return [each for each in found if each.name == "Observation"]


def _derived_from(observation: Element) -> list[Element]:
    return [*observation.each("derivedFrom"), *observation.each("related", "target")]


def read_genotype(observation: Element, resources: Resources) -> Read:
    """The loci of an Observation; more than one only if its value names several."""
    derived = alleles_of(observation, resources)
    alleles = [_value(each) for each in derived]
    value, others = _value(observation), _other_values(observation)
    glstring, release = unwrapped(value or ("+".join(alleles) if any(alleles) else ""))
    where = place(observation)
    shared = LocusTyping(
        locus=_stated_locus(observation),
        state="failed",
        method=_method(observation),
        test_id=_test(observation).read("code"),
        test_source=_test(observation).read("system"),
        stated_release=release or _release(observation, resources),
        date=observation.read("effectiveDateTime"),
        review=observation.read("status"),
        references=(
            *printed_codes(observation),
            *(Printed("allele", each, where) for each in alleles if value),
            *(Printed("other coding", each, where) for each in others),
        ),
    )
    loci = (
        [_locus(part, shared, observation) for part in glstring.split("^")]
        if glstring
        else [_silent(observation, shared)]
    )
    found = [each for locus in loci for each in _findings(locus, shared, where)]
    found += _contradictions(glstring, alleles if value else [], others, where, loci[0].locus)
    read = Read(_with_numbers(loci, [observation] if value else derived), found)
    if not value:
        read = _as_whole_as_its_alleles(read, observation, derived, resources)
    return _held_against(read, observation, stated=bool(glstring))


def _contradictions(glstring: str, alleles: list[str], others: list[str], where: str, locus: str) -> Iterator[Finding]:
    """What else the Observation says of its alleles, and otherwise."""
    if alleles and not _same_names(glstring, alleles):
        message = "the genotype and the alleles that it derives from are not spelt alike; the genotype is taken"
        yield Finding("alleles_differ", message, where, locus)
    yield from coding_findings(glstring, others, where, locus)


def _as_whole_as_its_alleles(read: Read, observation: Element, derived: list[Element], resources: Resources) -> Read:
    """A genotype of alleles alone: no single copy where the other is elsewhere, not called if one was withdrawn."""
    where = place(observation)
    named = [each for each in _derived_from(observation) if _may_be_an_allele(each.first("reference").text)]
    if len(derived) < COPIES and any(resources.referred(each) is NOTHING for each in named):
        message = "an allele that this genotype derives from is not in this document"
        read = Read(
            [replace(each, state="candidates") if each.state == "one_stated" else each for each in read.loci],
            [*read.findings, *(Finding("results_elsewhere", message, where, each.locus) for each in read.loci)],
        )
    for allele in derived:
        read = _held_against(read, allele, stated=bool(_value(allele)))
    return read


def _may_be_an_allele(address: str) -> bool:
    """Whether a reference is to an Observation, or does not say to what; sequences are derived from, too."""
    return "Observation/" in address or (bool(address) and "/" not in address)


def _value(observation: Element) -> str:
    """The genotype or allele as printed: a code that is one, what is displayed for it, a plain text, or any code."""
    return _value_element(observation).read()


def _value_element(observation: Element) -> Element:
    """Where the genotype or allele stands. Of several codes it is the GL String Code: the others may name one copy."""
    concept = observation.first("valueCodeableConcept")
    named = [each for each in _coded_values(concept) if each.text]
    named += [each for each in (concept.first("text"), observation.first("valueString")) if each.text]
    named += [
        each.first("valueString")
        for each in observation.each("extension")
        if each.first("url").text.endswith("AlleleName")
    ]
    named += [each for each in concept.each("coding", "code") if each.text]
    return next(iter(named), NOTHING)


def _with_numbers(loci: list[LocusTyping], named: list[Element]) -> list[LocusTyping]:
    """The loci; before a name that is displayed for an accession number, what is printed has that number."""
    printed = [_numbered(each) for each in named]
    if len(loci) > 1 or not any(map(ACCESSION.match, printed)):
        return loci
    return [replace(loci[0], reported="+".join(printed))]


def _numbered(observation: Element) -> str:
    """The value as printed, behind its accession number if it is the name of one allele."""
    name = _value(observation)
    codes = observation.each("valueCodeableConcept", "coding", "code")
    numbers = [each.read() for each in codes if ACCESSION.fullmatch(each.text) and each.text != name]
    return name if OPERATORS.search(name) else " ".join([f"{number} {name}" for number in numbers]) or name


def _coded_values(concept: Element) -> list[Element]:
    """Code or display of every coding, a GL String Code first."""
    named = [
        coding.first("code" if _is_name(coding.first("code").text) else "display") for coding in concept.each("coding")
    ]
    return sorted(named, key=lambda each: not each.text.startswith("hla#"))


def _is_name(code: str) -> bool:
    return "*" in code or "#" in code or code.upper() in WMDA_WORDS


def _other_values(observation: Element) -> list[str]:
    """What the other codings of a value name, if it is alleles."""
    named = _coded_values(observation.first("valueCodeableConcept"))
    chosen = _value_element(observation)
    others = [each for each in named if each is not chosen and _is_name(each.text) and each.text != chosen.text]
    return [each.read() for each in others]


def _release(observation: Element, resources: Resources) -> str:
    """The release under which the alleles are named, where the value is no GL String Code."""
    return release_of(
        [each.first("valueCodeableConcept") for each in (observation, *alleles_of(observation, resources))]
    )


def release_of(concepts: list[Element]) -> str:
    """The first release of IPD-IMGT/HLA that one of these concepts is coded under."""
    found = (each for concept in concepts for each in concept.each("coding") if "imgt" in each.first("system").text)
    return next((each for each in found if each.first("version").text), NOTHING).read("version")


def _test(observation: Element) -> Element:
    """The test of the Genetic Testing Registry by which the method is coded."""
    found = (each for each in observation.each("method", "coding") if "gtr" in each.first("system").text)
    return next(found, NOTHING)


def _gene(observation: Element) -> str:
    concepts = [
        component.first("valueCodeableConcept")
        for component in observation.each("component")
        if GENE in {code for _, code, _ in codings(component.first("code"))}
    ]
    concepts += [
        each.first("valueCodeableConcept")
        for each in observation.each("extension")
        if each.first("url").text.endswith("Gene")
    ]
    for concept in concepts:
        for coding in concept.each("coding"):
            if locus := GENES.get(coding.first("code").text) or _displayed_gene(coding):
                return locus
    return ""


def _displayed_gene(coding: Element) -> str:
    display = _plain(coding.first("display").text)
    return gene_name(display) if display.startswith("HLA-") else ""


def _stated_locus(observation: Element) -> str:
    by_code = (LOCUS_CODES[code].locus for _, code, _ in codings(observation.first("code")) if code in LOCUS_CODES)
    return next(by_code, "") or _gene(observation)


def _method(observation: Element) -> str:
    method = observation.first("method")
    return method.read("text") or method.read("coding", "display")


def _locus(part: str, shared: LocusTyping, observation: Element) -> LocusTyping:
    written = _plain(part)
    state = _state_stated(observation) or state_of(written)
    return replace(
        shared,
        locus=locus_of(written) or shared.locus,
        state=state,
        reported=part,
        expression="" if state in UNCALLED else written,
    )


@remembered
def _plain(text: str) -> str:
    """A text closed up and without signs that nobody sees (U+200B stands in published examples)."""
    return closed_up("".join(sign for sign in text if unicodedata.category(sign) != "Cf"))


def _state_stated(observation: Element) -> State | None:
    own = (each for each in observation.each("extension") if each.first("url").text == STATE_EXTENSION)
    return next((STATES.get(each.read("valueCode")) for each in own), None)


def _silent(observation: Element, shared: LocusTyping) -> LocusTyping:
    """A locus without a value: not asked for, or tried in vain."""
    reasons = printed_codes(observation, "dataAbsentReason")
    return replace(shared, state=_state_stated(observation) or _state_without_value(reasons), quality=reasons)


def _state_without_value(reasons: tuple[Printed, ...]) -> State:
    asked = not {"not-performed", "not-asked"}.intersection(each.text for each in reasons)
    return "failed" if asked else "not_tested"


def _findings(locus: LocusTyping, shared: LocusTyping, where: str) -> Iterator[Finding]:
    yield from glstring_findings(_plain(locus.reported), locus.stated_release, where, locus.locus)
    if shared.locus and locus.locus != shared.locus:
        message = f"the code or gene names {shared.locus}, the value {locus.locus}"
        yield Finding("locus_differs", message, where, locus.locus)


def code_findings(observation: Element) -> Iterator[Finding]:
    """A code that is said to be LOINC and has the wrong check digit."""
    for system, code, _ in codings(observation.first("code")):
        if LOINC in system and not is_loinc(code):
            message = f"{code} is called LOINC, but its check digit is wrong"
            yield Finding("code_check_digit", message, place(observation))


def _same_names(glstring: str, alleles: list[str]) -> bool:
    def names(texts: list[str]) -> set[str]:
        return {gene_name(unwrapped(text).glstring) for text in texts}

    return names(glstring.replace("|", "+").split("+")) == names(alleles)


def _held_against(read: Read, observation: Element, *, stated: bool) -> Read:
    """What is said against a result by its status, and, if it is stated here, by a reason why there is none."""
    if stated and observation.first("dataAbsentReason") is not NOTHING:
        read = _denied(read, observation)
    doubt = FHIR.get(observation.read("status"))
    if doubt is None:
        return read
    if doubt.code == "withdrawn_result":
        return _uncalled(read, "failed", doubt, observation)
    return read._replace(findings=[*read.findings, *_said_of(read.loci, doubt, observation)])


def _denied(read: Read, observation: Element) -> Read:
    """A result beside the reason why there is none; a word that says the same is no contradiction."""
    reasons = printed_codes(observation, "dataAbsentReason")
    state = _state_without_value(reasons)
    loci = [replace(each, quality=(*each.quality, *reasons)) for each in read.loci]
    contradict = any(each.state != state for each in loci)
    read = read._replace(loci=loci)
    return _uncalled(read, state, DENIED, observation) if contradict else read


def _uncalled(read: Read, state: State, doubt: Finding, observation: Element) -> Read:
    """The loci as printed and called by nobody."""
    loci = [replace(each, state=state, expression="") for each in read.loci]
    return Read(loci, [*read.findings, *_said_of(loci, doubt, observation)])


def _said_of(loci: list[LocusTyping], doubt: Finding, observation: Element) -> list[Finding]:
    return [replace(doubt, where=place(observation), locus=each.locus) for each in loci]
