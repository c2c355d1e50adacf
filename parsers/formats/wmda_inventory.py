"""WMDA inventory: the XML in which registries list their donors and cord blood units for search.

    INVENTORIES > INVENTORY  LISTING_ORGANIZATION POOL CONTENT_TYPE (D, C) UPDATE_MODE SNAPSHOT_TIME SCHEMA_VERSION
      DONOR | CBU            ID GRID ATTR BIRTH_DATE SEX ABO RHESUS CMV STAT
        HLA > A, B, C, DRB1 .. > DNA > FIELD1 FIELD2   and SER > FIELD1 FIELD2

Whether a value is an attribute or an element of its own makes no difference here, nor do capitals: how names are spelt
is known from descriptions alone. Paths of ignored fields are in capitals. The sample is the ID in its inventory, the
subject the GRID, the date of a report the SNAPSHOT_TIME of its list. An entry whose STAT is DE takes its donor back:
its typing is kept as printed and not called. What else is listed of a person (birth date, sex, blood group ..) is read
by nobody here, and declared by path alone.

The schema of the WMDA is not in the public domain; this reader is built on the published data dictionary.
"""

from msgspec.structs import replace

from parsers.donor_fields import WITHDRAWN, Fields, by_locus, not_called, read_locus
from parsers.duplicates import marked
from parsers.elements import Element, read_xml_elements
from parsers.errors import ParseError
from parsers.format import Document, Format
from parsers.records import Parsed, Printed, TypingReport
from parsers.xml_document import root_name

ROOTS = ("INVENTORIES", "INVENTORY")
PERSONS = ("DONOR", "CBU")
LOCI = ("A", "B", "C", "DRB1", "DRB3", "DRB4", "DRB5", "DQA1", "DQB1", "DPA1", "DPB1")
DELETED = "DE"
PROPERTIES = ("CONTENT_TYPE", "UPDATE_MODE", "SCHEMA_VERSION")


def looks_like(head: bytes) -> bool:
    """Whether the root element is that of an inventory."""
    return (root_name(head) or "").upper() in ROOTS


def parse(document: Document) -> Parsed:
    """A report for each donor and cord blood unit. Raises ParseError."""
    root = read_xml_elements(document.raw)
    _raise_names(root)
    inventories = [root] if root.name == "INVENTORY" else list(root.each("INVENTORY"))
    reports = [report for inventory in inventories for report in _reports(inventory)]
    if not reports:
        raise ParseError(
            "this inventory lists nobody", where=root.where, expected="at least one DONOR or CBU in an INVENTORY"
        )
    return Parsed(reports=marked(reports), ignored=root.ignored())


def _raise_names(element: Element) -> None:
    element.name = element.name.upper()
    for member in element.members:
        _raise_names(member)


def _reports(inventory: Element) -> list[TypingReport]:
    """The reports of everybody in an inventory."""
    persons = [each for each in inventory.members if each.name in PERSONS]
    if not persons:
        return []
    centre, pool = inventory.read("LISTING_ORGANIZATION"), inventory.read("POOL")
    shared = TypingReport(
        format="wmda_inventory",
        sample="",
        centre=centre,
        sample_assigner=pool if pool != centre else "",
        project=pool,
        date=inventory.read("SNAPSHOT_TIME"),
        properties=tuple(Printed(name, inventory.read(name)) for name in PROPERTIES if inventory.first(name).text),
    )
    return [_report(person, shared) for person in persons]


def _report(person: Element, shared: TypingReport) -> TypingReport:
    """The report of a person; `shared` holds what the inventory says of all."""
    sample, grid = person.read("ID"), person.read("GRID")
    if not (sample or grid):
        raise ParseError(
            "this entry has neither ID nor GRID: nobody could tell whose typing it is",
            where=person.where,
            expected="GRID, and the ID of the listing registry",
        )
    stated = by_locus(person, "HLA")
    read = [
        read_locus(locus, _fields(found, "DNA"), _fields(found, "SER"), f"{person.where}, {locus}")
        for locus in LOCI
        for found in stated.get(locus, ())
        if found.members
    ]
    status = person.read("STAT") if person.first("STAT").text else ""
    report = replace(
        shared,
        sample=sample,
        subject=grid,
        loci=tuple([each.typing for each in read if each.typing]),
        properties=(*shared.properties, *([Printed("STAT", status, person.where)] if status else [])),
        findings=tuple([finding for each in read for finding in each.findings]),
    )
    return not_called(report, replace(WITHDRAWN, where=person.where)) if status.upper() == DELETED else report


def _fields(locus: Element, method: str) -> Fields:
    return Fields(_field(locus, method, "FIELD1"), _field(locus, method, "FIELD2"))


def _field(locus: Element, method: str, name: str) -> str:
    found = [each.read() for each in locus.each(method, name)]
    if len(found) > 1:
        raise ParseError(
            f"this locus says {name} twice", found=" and ".join(found), where=locus.where, expected="each field once"
        )
    return "".join(found)


FORMAT = Format(
    name="wmda_inventory",
    title="WMDA inventory of donors and cord blood units (XML)",
    verified="published descriptions",
    looks_like=looks_like,
    parse=parse,
    listing=True,
    syntax=("xml",),
)
