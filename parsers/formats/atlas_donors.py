"""Atlas donor import: a JSON file of donors with their HLA, as registries hand it to the matcher Atlas.

    {"updateMode": "full", "donors": [
      {"recordId": "D1", "changeType": "N", "donorType": "D", "donPool": "9999", "ethn": "..",
       "hla": {"a": {"dna": {"field1": "*02:01:01:05", "field2": "*33:01"}, "ser": {"field1": "2", "field2": "33"}},
               "b": .., "c": .., "dpb1": .., "dqb1": .., "drb1": ..}}]}

Keys are read in any case, for Atlas does so and its test files mix them; a comma before a closing bracket, which they
hold too, is let through and said. Paths of ignored fields are in small letters. A donor who is to be deleted
(changeType D) is taken back, and a file that asks for its donors to be checked (updateMode check) lists nobody: a
typing that stands there is kept as printed and not called.

Source: Atlas of Anthony Nolan, its published import files and their description.
"""

import re

from msgspec.structs import replace

from parsers.donor_fields import WITHDRAWN, Fields, by_locus, not_called, read_locus
from parsers.duplicates import marked
from parsers.elements import Element, read_json
from parsers.errors import ParseError
from parsers.format import Document, Format
from parsers.records import Finding, LocusTyping, Parsed, Printed, TypingReport
from parsers.text_encoding import decoded
from parsers.xml_document import text_of

HEAD = re.compile(r'\A\s*\{(?:[^{}\[\]]*,)?\s*"(?:updateMode"\s*:|donors"\s*:\s*\[)', re.IGNORECASE)
LOOSE_COMMA = re.compile(r'("(?:[^"\\]|\\.)*")|,(?=\s*[}\]])')
COMMA_AND_BRACKET = re.compile(r",\s*[}\]]")
LOCI = {each.lower(): each for each in ("A", "B", "C", "DPB1", "DQB1", "DRB1", "DRB3", "DRB4", "DRB5", "DQA1", "DPA1")}
PROPERTIES = ("changetype", "donortype", "ethn", "updatemode", "externaldonorcode")
CHECK = Finding("listed_for_check", "the file asks for its donors to be checked, not to be listed; nothing is called")
LOOSE = Finding("loose_comma", "a comma stands before a closing bracket, which JSON does not allow; it was left out")


def looks_like(head: bytes) -> bool:
    """Whether this is a JSON object that begins with the mode of the update or the donors."""
    return HEAD.search(text_of(head)) is not None


def parse(document: Document) -> Parsed:
    """A report for each donor. Raises ParseError."""
    text = decoded(document.raw)
    mended = LOOSE_COMMA.sub(lambda found: found[1] or "", text) if COMMA_AND_BRACKET.search(text) else text
    root = read_json(mended.encode(), "")
    _lower_names(root)
    findings = (LOOSE,) if mended != text else ()
    mode = root.read("updatemode")
    donors = list(root.each("donors"))
    if not donors:
        raise ParseError("this file holds no donor", where="donors", expected="at least one donor in the list donors")
    reports = [_report(donor, f"donor {number}", mode, findings) for number, donor in enumerate(donors, start=1)]
    return Parsed(reports=marked(reports), ignored=root.ignored())


def _lower_names(element: Element) -> None:
    element.name = element.name.lower()
    for member in element.members:
        _lower_names(member)


def _report(donor: Element, where: str, mode: str, findings: tuple[Finding, ...]) -> TypingReport:
    sample = donor.read("recordid")
    if not sample:
        raise ParseError(
            "this donor has no recordId: nobody could tell whose typing it is", where=where, expected="recordId"
        )
    stated = by_locus(donor, "hla")
    read = [
        read_locus(locus, _fields(found, "dna"), _fields(found, "ser"), f"{where}, {locus}")
        for name, locus in LOCI.items()
        for found in stated.get(name, ())
        if found.members
    ]
    loci: list[LocusTyping] = [each.typing for each in read if each.typing]
    own = [finding for each in read for finding in each.findings]
    properties = [Printed(name, donor.read(name), where) for name in PROPERTIES if donor.first(name).text]
    if mode:
        properties.append(Printed("updateMode of the file", mode))
    report = TypingReport(
        format="atlas_donors",
        sample=sample,
        centre=donor.read("donpool"),
        loci=tuple(loci),
        properties=tuple(properties),
        findings=(*findings, *own),
    )
    if donor.first("changetype").text.upper() == "D":
        return not_called(report, replace(WITHDRAWN, where=where))
    return not_called(report, CHECK) if mode.lower() == "check" else report


def _fields(locus: Element, method: str) -> Fields:
    values = locus.first(method)
    return Fields(values.read("field1"), values.read("field2"))


FORMAT = Format(
    name="atlas_donors",
    title="Atlas donor import (JSON)",
    verified="real samples",
    looks_like=looks_like,
    parse=parse,
    listing=True,
)
