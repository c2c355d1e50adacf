"""WMDA inventory XML, in which a registry lists its donors. Built without a counterpart's acceptance.

    INVENTORIES > INVENTORY @LISTING_ORGANIZATION @POOL @CONTENT_TYPE @UPDATE_MODE @SNAPSHOT_TIME @SCHEMA_VERSION
      DONOR > ID, GRID, HLA > A, B, C, DRB1 .. > DNA > FIELD1, FIELD2  and SER > FIELD1, FIELD2

The schema of the WMDA is not in the public domain: spellings are those of its published data dictionary, and have to be
held against the official schema before a file is sent. A donor without a valid GRID is left out. Birth date, sex, blood
group and status, which a listing needs too, are not known to a laboratory: a registry adds them. What the inventory
cannot hold: release, dates, method, failed and untested loci, alternative genotypes.
"""

from collections.abc import Sequence

from lxml import etree

from parsers.donor_fields import Fields
from parsers.records import TypingReport
from pipeline.exchange.donor_fields import by_donor, grid_of, held
from pipeline.exchange.record import NOT_XML, NOTHING_LEFT, Dispatch, LeftOut, Written, is_xml

LOCI = ("A", "B", "C", "DRB1", "DRB3", "DRB4", "DRB5", "DQA1", "DQB1", "DPA1", "DPB1")
SCHEMA_VERSION = "2.2"
NO_GRID = "an inventory lists donors by their GRID, and the report names none that is valid"


def write(reports: Sequence[TypingReport], dispatch: Dispatch) -> Written:
    """One inventory of the donors that these reports are about."""
    root = etree.Element("INVENTORIES")
    inventory = etree.SubElement(root, "INVENTORY")
    attributes = {
        "LISTING_ORGANIZATION": dispatch.organisation,
        "POOL": dispatch.pool or dispatch.organisation,
        "CONTENT_TYPE": "D",
        "UPDATE_MODE": "FULL",
        "SNAPSHOT_TIME": dispatch.written,
        "SCHEMA_VERSION": SCHEMA_VERSION,
    }
    for name, value in attributes.items():
        if value:
            inventory.set(name, value)
    left_out = [each for report in by_donor(reports) for each in _add_donor(inventory, report)]
    text = etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True).decode()
    return Written(text, left_out, len(inventory))


def _add_donor(inventory: etree._Element, report: TypingReport) -> list[LeftOut]:
    name = report.sample or report.subject
    grid = grid_of(report)
    left_out: list[LeftOut] = []
    if not grid or not is_xml(name):
        return [LeftOut(name, "", NOT_XML if grid else NO_GRID)]
    found = held(report, LOCI, left_out)
    if not found:
        return [*left_out, LeftOut(name, "", NOTHING_LEFT)]
    donor = etree.SubElement(inventory, "DONOR")
    etree.SubElement(donor, "ID").text = name
    etree.SubElement(donor, "GRID").text = grid
    hla = etree.SubElement(donor, "HLA")
    for locus in sorted(found, key=LOCI.index):
        element = etree.SubElement(hla, locus)
        _add_fields(element, "DNA", found[locus].dna)
        _add_fields(element, "SER", found[locus].serology)
    return left_out


def _add_fields(locus: etree._Element, method: str, fields: Fields) -> None:
    if not fields.first:
        return
    element = etree.SubElement(locus, method)
    for place, value in enumerate(fields, start=1):
        if value:
            etree.SubElement(element, f"FIELD{place}").text = value
