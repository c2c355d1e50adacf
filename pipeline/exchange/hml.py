"""HML 1.0.1, the message that the NMDP and most registries take: valid by its schema, and in the shape of MIRING.

    hml  hmlid  reporting-center
      sample @id @center-code  property subject, report, software
        typing @date, one for each locus  property method where the schema has no element that can stand empty
          allele-assignment @date @allele-db @allele-version > glstring | haploid @locus @method SER @type
          typing-method > sbt-ngs | sso | ssp @locus @test-id @test-id-source

Antigens stand in haploid elements, whose schema knows no Cw1 to Cw9: a type has two characters, and no small letter.
Absent, untested and failed loci carry the words of the WMDA (NNNN, UUUU, XXXX). HML wants a date with every typing: a
locus without one is left out unless the sender names it. What HML cannot hold: review and reviewer, quality, findings,
kits, the time of day; the subject and the software stand in properties, and are read back as such. What MIRING asks
for and no record has, because readers count sequences and raw reads and do not keep them: raw-reads, and
consensus-sequence with its references and variants. An sbt-sanger element needs its amplification, so Sanger typings
name their method in a property.

Source: hml-1.0.1.xsd of the NMDP; MIRING, and the rules of the NMDP's validator.
"""

import re
from collections.abc import Sequence
from uuid import NAMESPACE_URL, uuid5

from lxml import etree

from parsers.glstring_code import namespace_of
from parsers.records import LocusTyping, TypingReport
from pipeline.exchange.antigens import UNWRITABLE, antigens_of, number_of, states_antigens
from pipeline.exchange.record import (
    NOT_XML,
    NOTHING_LEFT,
    Dispatch,
    LeftOut,
    Written,
    day_of,
    glstring_of,
    is_xml,
    prefixed,
    why_not,
)
from pipeline.normalise.roles import is_recipient

NAMESPACE = "http://schemas.nmdp.org/spec/hml/1.0.1"
VERSION = "1.0.1"
SCHEMA_INSTANCE = "http://www.w3.org/2001/XMLSchema-instance"
METHODS = {"NGS": "sbt-ngs", "SSO": "sso", "SSP": "ssp"}
SCORED = ("sso", "ssp")
HAPLOID_TYPE = re.compile("[0-9A-Z]{2,40}")
SEVERAL_PROJECTS = "a message names one project, by which a patient is told from a donor: write patients by themselves"
NO_DATE = "HML wants the date of a typing, and the report prints none that can be read; name it with --date"


def write(reports: Sequence[TypingReport], dispatch: Dispatch) -> Written:
    """One message with a sample for each report."""
    root = etree.Element(f"{{{NAMESPACE}}}hml", nsmap={None: NAMESPACE, "xsi": SCHEMA_INSTANCE})  # type: ignore[dict-item]  # None is the default namespace
    root.set(f"{{{SCHEMA_INSTANCE}}}schemaLocation", f"{NAMESPACE} {NAMESPACE}/hml-{VERSION}.xsd")
    root.set("version", VERSION)
    named = [each for each in reports if _is_nameable(each)]
    project, told, left_out = _of_one_role(named)
    left_out += [LeftOut(_name(each), "", NOT_XML) for each in reports if not _is_nameable(each)]
    if project:
        root.set("project-name", project)
    _add(root, "hmlid", root=dispatch.oid or _oid_of(dispatch.facility), extension=dispatch.document_id)
    _add(root, "reporting-center", **{"reporting-center-id": dispatch.centre or dispatch.facility})
    left_out += [each for report in told for each in _add_sample(root, report, dispatch)]
    text = etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True).decode()
    return Written(text, left_out, len(root.findall("{*}sample")))


def _name(report: TypingReport) -> str:
    return report.sample or report.subject


def _is_nameable(report: TypingReport) -> bool:
    """Whether XML can hold what is said of a whole report."""
    return is_xml(report.sample, report.subject, report.report_id, report.centre, report.project, report.software)


def _of_one_role(reports: Sequence[TypingReport]) -> tuple[str, list[TypingReport], list[LeftOut]]:
    """The project of a message, the reports that may stand in it, and the others.

    A message has one project, and that alone tells a patient from a donor: of several, patients are left out.
    """
    projects = {each.project for each in reports}
    if len(projects) == 1:
        return projects.pop(), list(reports), []
    donors = [each for each in reports if not is_recipient(each.project)]
    patients = [each for each in reports if is_recipient(each.project)]
    return "", donors, [LeftOut(_name(each), "", SEVERAL_PROJECTS) for each in patients]


def _oid_of(facility: str) -> str:
    """An OID that nobody needs to assign: 2.25 and the number of a UUID (ITU-T X.667)."""
    return f"2.25.{uuid5(NAMESPACE_URL, facility).int}"


def _add(parent: etree._Element, element: str, /, **attributes: str) -> etree._Element:
    """An element with those of the attributes that are not empty."""
    given = {attribute: value for attribute, value in attributes.items() if value}
    return etree.SubElement(parent, f"{{{NAMESPACE}}}{element}", given)


def _property(parent: etree._Element, name: str, value: str) -> None:
    if value:
        _add(parent, "property", name=name, value=value)


def _add_sample(root: etree._Element, report: TypingReport, dispatch: Dispatch) -> list[LeftOut]:
    name = _name(report)
    element = _add(root, "sample", id=name, **{"center-code": report.sample_assigner or report.centre})
    _property(element, "subject", report.subject)
    _property(element, "report", report.report_id)
    _property(element, "software", report.software)
    left_out = []
    for locus in report.loci:
        glstring, date = glstring_of(locus), day_of(locus.date, report.date, dispatch.date)
        if reason := _why_not(locus, glstring, date):
            left_out.append(LeftOut(name, locus.locus, reason))
        else:
            _add_typing(element, locus, glstring, date)
    if element.find("{*}typing") is None:
        root.remove(element)
        left_out.append(LeftOut(name, "", NOTHING_LEFT))
    return left_out


def _why_not(locus: LocusTyping, glstring: str | None, date: str) -> str:
    """Why a typing would not say what a locus says, or cannot be written; empty if it can."""
    texts = (locus.expression, locus.method, locus.test_id, locus.test_source, locus.stated_release, _scores(locus))
    reasons = {
        UNWRITABLE: states_antigens(locus) and not all(_types(locus) or [""]),
        why_not(locus): not states_antigens(locus) and not glstring,
        NOT_XML: not is_xml(locus.locus, locus.allele_db, *texts),
        NO_DATE: not date,
    }
    return next((reason for reason, holds in reasons.items() if holds), "")


def _types(locus: LocusTyping) -> list[str]:
    """The antigens of a locus as HML has to spell them, with their letters or without; empty where it cannot."""
    spellings = ((each, number_of(each)) for each in antigens_of(locus))
    return [next(filter(HAPLOID_TYPE.fullmatch, each), "") for each in spellings]


def _add_typing(sample: etree._Element, locus: LocusTyping, glstring: str | None, date: str) -> None:
    typing = _add(sample, "typing", **{"gene-family": namespace_of(locus.locus).upper(), "date": date})
    method = METHODS.get(locus.method, "")
    if not method and not states_antigens(locus):
        _property(typing, "method", locus.method)
    assignment = _add(
        typing,
        "allele-assignment",
        **{"date": date, "allele-db": locus.allele_db, "allele-version": locus.stated_release},
    )
    if glstring:
        _add(assignment, "glstring").text = glstring
    else:
        _add_antigens(assignment, locus)
    element = _add(typing, "typing-method")
    if method and glstring:
        _add_method(element, method, locus, glstring)


def _add_antigens(assignment: etree._Element, locus: LocusTyping) -> None:
    gene = prefixed(f"{locus.locus}*").removesuffix("*")
    for each in _types(locus):
        _add(assignment, "haploid", locus=gene, method=locus.method, type=each)


def _add_method(parent: etree._Element, name: str, locus: LocusTyping, glstring: str) -> None:
    gene = glstring.partition("*")[0]
    element = _add(parent, name, locus=gene, **{"test-id": locus.test_id, "test-id-source": locus.test_source})
    if name in SCORED:
        element.set("scores", _scores(locus))


def _scores(locus: LocusTyping) -> str:
    return next((each.text for each in locus.quality if each.label == "scores"), "")
