"""The resources of a FHIR document, and what one refers to in another.

    Bundle > entry* > fullUrl, resource > Observation | DiagnosticReport | Patient | Specimen | Organization | ...

A document is one resource or a Bundle of them, in JSON or XML; both become the same tree (`parsers.elements`). A
reference is the address of an entry (`urn:uuid:...`), a type and an id (`Observation/12`), or an identifier that needs
no resource at all. `#p` is a resource contained in the one that says so, and another one in every other: half of all
senders call the patient so.
"""

import re
from collections.abc import Iterator
from typing import Any

from parsers.elements import NOTHING, Element, read_json, read_xml_elements
from parsers.errors import ParseError
from parsers.format import HEAD_BYTES
from parsers.records import Printed
from parsers.xml_document import is_xml, text_of

NAMESPACE = "http://hl7.org/fhir"
JSON_TYPE = re.compile(r'"resourceType"\s*:\s*"[A-Z]')
GRID_SYSTEMS = ("isbt128.org/uri/GRID", "/identifier/grid")
IDENTIFIER_SYSTEMS = (*GRID_SYSTEMS, "/identifier/donor", "/identifier/cbu")
"""Parts of the systems of a registry's identifiers, the best first; any other identifier comes after them."""
USES = ("official", "usual", "", "temp", "secondary")
"""What a registry's number may be used as, the best first; of two numbers the better one is the person's."""
RETIRED = "old"
HOLDERS = ("resource", "contained")
"""Elements that hold a resource."""


def looks_like_fhir(head: bytes) -> bool:
    """Whether these first bytes are of a FHIR resource, in JSON or XML."""
    text = text_of(head[:HEAD_BYTES])
    if is_xml(head):
        return f'"{NAMESPACE}"' in text or f"'{NAMESPACE}'" in text
    return text.lstrip().startswith("{") and JSON_TYPE.search(text) is not None


def read_resource(raw: bytes) -> Element:
    """The root resource, named by its type. Raises ParseError."""
    if is_xml(raw[:HEAD_BYTES]):
        return read_xml_elements(raw)
    root = read_json(raw)
    _name_by_type(root)
    if not root.name:
        raise ParseError(
            "this JSON object names no resource type", where="the document", expected='"resourceType" at its top'
        )
    return root


def _name_by_type(element: Element) -> None:
    """In JSON a resource says its type in a member; in XML it is the name of an element of its own."""
    for member in element.members:
        _name_by_type(member)
        if member.name in HOLDERS and any(each.name == "resourceType" for each in member.members):
            inner = Element(where=member.where)
            inner.members, member.members = member.members, [inner]
            _take_type(inner)
    if not element.name:
        _take_type(element)


def _take_type(resource: Element) -> None:
    stated = [each for each in resource.members if each.name == "resourceType"]
    if stated:
        resource.name = stated[0].text
        resource.members.remove(stated[0])


class Resources:
    """The resources of one document, in their order, each to be found by what others call it."""

    def __init__(self, root: Element) -> None:
        self.root = root
        self._by_type: dict[str, list[Element]] = {}
        self._by_address: dict[str, Element] = {}
        self._by_id: dict[str, Element] = {}
        self._identifiers: dict[Element | str, list[Element]] = {}
        self.disputed: set[Element] = set()
        """Resources that stand here twice, and not alike."""
        self._on_a_server: set[Element] = set()
        self._contained: dict[Element, Element] = {}
        """What a reference to a contained resource points to, by the reference itself."""
        if root.name != "Bundle":
            self._add(root, "")
        for number, entry in enumerate(root.each("entry"), start=1):
            for holder in entry.each("resource"):
                holder.taken = True
                for resource in holder.members[:1]:
                    resource.where = resource.where or f"entry {number}"
                    self._add(resource, entry.first("fullUrl").text)

    def _add(self, resource: Element, address: str) -> None:
        own_id = resource.first("id").text
        named = f"{resource.name}/{own_id}" if own_id else ""
        if address or named:
            first = self._by_address.setdefault(address or named, resource)
            if first is not resource and not _alike(first, resource):
                self.disputed |= {first, resource}
        if _is_url(address):
            self._on_a_server.add(resource)
        if named:
            self._by_id.setdefault(named, resource)
        contained = [each for holder in resource.each("contained") for each in holder.members[:1]]
        for each in (resource, *contained):
            self._by_type.setdefault(each.name, []).append(each)
        inner = {f"#{each.first('id').text}": each for each in contained}
        self._contained.update(_pointing_to(inner, resource) if inner else ())

    def of_type(self, name: str) -> list[Element]:
        """Every resource of this type."""
        return self._by_type.get(name, [])

    def referred(self, reference: Element) -> Element:
        """The resource that a reference points to; an empty one if it is not in this document."""
        address = reference.first("reference").text.partition("/_history/")[0]
        found = self._contained.get(reference) or self._by_address.get(address)
        return found or self._of_id(address) or NOTHING

    def _of_id(self, address: str) -> Element | None:
        """The resource of a type and an id; a whole address of a server is of no resource that has another one."""
        found = self._by_id.get("/".join(address.split("/")[-2:]))
        return None if found in self._on_a_server and _is_url(address) else found

    def identifiers(self, reference: Element) -> list[Element]:
        """Every identifier of what a reference points to, and of the reference itself; a registry's come first.

        One that is no longer in use is among them only where there is no other: it may be somebody else's today.
        """
        said = said_by(reference)
        known = self._identifiers.get(said)
        if known is None:
            stated = [*identifiers_of(self.referred(reference)), *identifiers_of(reference)]
            in_use = [each for each in stated if not is_retired(each)]
            known = self._identifiers[said] = sorted(in_use or stated, key=_precedence)
        return known

    def assigner(self, reference: Element) -> str:
        """The system of the identifier that a person or a specimen is called by; empty where none is stated."""
        return next((each.read("system") for each in self.identifiers(reference)[:1]), "")

    def retired(self, reference: Element) -> list[Element]:
        """The identifiers of what a reference points to that are no longer in use, and not taken for that reason."""
        taken = self.identifiers(reference)
        return [each for each in identifiers_of(self.referred(reference)) if each not in taken]

    def identifier(self, reference: Element) -> str:
        """What a person or a specimen is called: its identifier, or the reference itself as it is printed.

        What is contained in a resource and has no identifier has no name at all: every sender calls it `#p`.
        """
        if named := self.identifiers(reference):
            return named[0].read("value")
        return "" if is_contained(reference) else reference.read("reference")


def _alike(one: Element, other: Element) -> bool:
    """Whether two resources say the same, whenever they were written and whatever is in it for people."""
    said, too = ([each for each in resource.members if each.name not in ("meta", "text")] for resource in (one, other))
    return sorted(map(_content, said)) == sorted(map(_content, too))


def _content(element: Element) -> tuple[Any, ...]:
    """All that an element says, in one order: its name, its text, and what its members say."""
    return element.name, element.text, *sorted(map(_content, element.members))


def is_contained(reference: Element) -> bool:
    """Whether a reference points to what is contained in its own resource."""
    return reference.first("reference").text.startswith("#")


def said_by(reference: Element) -> Element | str:
    """The address alone where a reference says no more, for it is the same wherever it stands; else the reference."""
    address = reference.first("reference").text
    bare = address and not address.startswith("#") and reference.first("identifier") is NOTHING
    return address if bare else reference


def identifiers_of(holder: Element) -> list[Element]:
    """The identifiers that stand in a resource or a reference, without those that say nothing."""
    found = (*holder.each("identifier"), *holder.each("accessionIdentifier"))
    return [each for each in found if each.first("value").text]


def is_retired(identifier: Element) -> bool:
    """Whether an identifier is said to be no longer in use. An end that is stated is past: a reader has no clock."""
    return identifier.first("use").text == RETIRED or identifier.first("period", "end").text != ""


def is_grid(identifier: Element) -> bool:
    """Whether an identifier is said to be a GRID."""
    return _rank(identifier) < len(GRID_SYSTEMS)


def is_registered(identifier: Element) -> bool:
    """Whether an identifier is said to be one that a registry gave."""
    return _rank(identifier) < len(IDENTIFIER_SYSTEMS)


def _is_url(address: str) -> bool:
    return address.startswith(("http://", "https://"))


def _pointing_to(inner: dict[str, Element], element: Element) -> Iterator[tuple[Element, Element]]:
    """Every reference in this element to one of the resources that are contained in it, with what it points to."""
    target = inner.get(element.first("reference").text)
    if target:
        yield element, target
    for member in element.members:
        yield from _pointing_to(inner, member)


def _rank(identifier: Element) -> int:
    system = identifier.first("system").text.lower()
    ranks = (place for place, part in enumerate(IDENTIFIER_SYSTEMS) if part.lower() in system)
    return next(ranks, len(IDENTIFIER_SYSTEMS))


def _precedence(identifier: Element) -> tuple[int, int]:
    """A registry's first, and of its numbers the one that it calls the best; others as they stand."""
    rank, use = _rank(identifier), identifier.first("use").text
    return rank, USES.index(use) if use in USES and rank < len(IDENTIFIER_SYSTEMS) else len(USES)


def codings(concept: Element) -> list[tuple[str, str, str]]:
    """System, code and version of every coding of a concept."""
    return [
        (each.first("system").text, each.first("code").text, each.first("version").text)
        for each in concept.each("coding")
    ]


def printed_codes(resource: Element, label: str = "code") -> tuple[Printed, ...]:
    """The codes that say what a resource is about, as printed."""
    codes = (coding.read("code") for concept in resource.each(label) for coding in concept.each("coding"))
    return tuple(Printed(label, code, place(resource)) for code in codes if code)


def place(resource: Element) -> str:
    """Where a resource stands, for people: its line in XML, its type and id in JSON."""
    return resource.where or f"{resource.name} {resource.first('id').text}".strip()
