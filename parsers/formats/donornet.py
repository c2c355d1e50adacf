"""DonorNet's upload XML (UNOS): a deceased donor's antigens as code numbers.

    donorupload @schemaVersion
      donor > don_id, opo_ctr_cd, and the donor's particulars
      donor_edit_crossmatchhla > don_id, a1, a2, b1, b2, c1, c2, dr1, dr2, dq1, ... dp2, bw4, bw6, dr51, dr51_2, ...

The numbers are UNOS codes of antigens, and no table of them comes with Graftline: they are kept as printed and flagged,
never written as alleles. `xsi:nil` says that nothing was reported.
Names, birth dates and every other particular are counted, not read.

Source: uploads of schema version 1.5.
"""

from lxml import etree

from parsers.duplicates import marked
from parsers.errors import ParseError
from parsers.format import Document, Format
from parsers.records import Finding, LocusTyping, Parsed, Printed, State, TypingReport
from parsers.xml_document import root_name
from parsers.xml_selection import Selection, nobody, select_in
from parsers.xml_walk import place

ROOT = "donorupload"
OTHER_DONOR = "the upload describes one donor, and these antigens are another's"
TYPING = "donor_edit_crossmatchhla"
LOCI = {"A": "a", "B": "b", "C": "c", "DRB1": "dr", "DQB1": "dq", "DQA1": "dqa", "DPB1": "dp"}
SEROLOGY = ("bw4", "bw6", "dr51", "dr51_2", "dr52", "dr52_2", "dr53", "dr53_2")


def looks_like(head: bytes) -> bool:
    """Whether the root element is that of a DonorNet upload."""
    return root_name(head) == ROOT


def parse(document: Document) -> Parsed:
    """One TypingReport per donor with antigens. Raises ParseError."""
    chosen = select_in(document.raw, ROOT)
    reports = tuple(_report(each, chosen) for each in chosen.all(chosen.root, TYPING))
    if not reports:
        raise ParseError("this upload holds no typing", where=place(chosen.root), expected=TYPING)
    return Parsed(reports=marked(reports), ignored=chosen.left())


def _report(typing: etree._Element, chosen: Selection) -> TypingReport:
    described = chosen.texts(chosen.root, "donor/don_id")
    donor = chosen.text(typing, "don_id") or "".join(described[:1])
    if not donor:
        raise nobody(typing, "don_id")
    loci = tuple(_locus(locus, stem, typing, chosen) for locus, stem in LOCI.items())
    printed = ((name, chosen.text(typing, name)) for name in SEROLOGY)
    return TypingReport(
        format="donornet",
        sample=donor,
        centre=chosen.text(chosen.root, "donor/opo_ctr_cd"),
        loci=loci,
        properties=(
            Printed("schemaVersion", chosen.attribute(chosen.root, "schemaVersion")),
            *(Printed(name, text) for name, text in printed if text),
        ),
        findings=(
            *(
                Finding("antigen_codes", "code numbers of antigens, kept as printed", place(typing), each.locus)
                for each in loci
                if each.reported
            ),
            *([Finding("sample_differs", OTHER_DONOR, place(typing))] if described and donor not in described else []),
        ),
    )


def _locus(locus: str, stem: str, typing: etree._Element, chosen: Selection) -> LocusTyping:
    codes = [text for copy in "12" if (text := chosen.text(typing, f"{stem}{copy}"))]
    return LocusTyping(locus=locus, state=_state(codes), reported="+".join(codes), method="serology" if codes else "")


def _state(codes: list[str]) -> State:
    if len(codes) < 2:
        return "one_stated" if codes else "not_tested"
    return "homozygous_stated" if codes[0] == codes[1] else "two_copies"


FORMAT = Format(
    name="donornet",
    title="UNOS DonorNet upload (XML; antigens as code numbers)",
    verified="real samples",
    looks_like=looks_like,
    parse=parse,
    syntax=("xml",),
)
