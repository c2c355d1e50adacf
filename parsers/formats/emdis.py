"""EMDIS typing results: the fields of TYP_RES, in which registries answer each other's typing requests.

    TYP_RES :
    P_ID = "DE123456",        the patient of the search
    D_ID = "AU600008888",     the donor;  D_GRID the donor's global number
    REF_CODE = "REF-17", HLA_NOM_VER = "3.58.0",
    D_A1 = "2", D_A2 = "24",                       by serology: A, B, C, DR, DQ
    D_DNA_A1 = "02:01", D_DNA_A2 = "24:02",        by DNA: A, B, C
    D_DRB11 = "03:01", D_DRB12 = "11:01";          by DNA: DRB1, DRB3, DRB4, DRB5, DQA1, DQB1, DPA1, DPB1

Fields of cord blood begin with CB_ instead of D_. `?` and a blank say that nothing is known. The typing is the donor's;
the patient's number is kept beside it. Fields that are no typing are declared by name alone, and so are messages of
another kind that stand in the same file.

Built on the public description of the fields; no message of a registry has been seen.
"""

import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from msgspec.structs import replace

from parsers.donor_fields import Fields, read_locus
from parsers.duplicates import marked
from parsers.errors import ParseError
from parsers.format import Document, Format
from parsers.records import Ignored, Parsed, Printed, TypingReport
from parsers.text_encoding import decoded
from parsers.xml_document import text_of

NAME = "TYP_RES"
HEAD = re.compile(rf"\A\s*{NAME}\b")
FIELD = re.compile(r'\b([A-Z][A-Z0-9_]*)\s*=\s*(?:"([^"]*)"|([^",;\n]*))')
MESSAGE = re.compile(r"^\s*([A-Z]{2,4}_[A-Z]{2,4})\b(?!\s*=)\s*:?", re.MULTILINE)
"""The name of a message, at the beginning of a line; a field's name has `=` behind it."""
UNKNOWN = ("", "?")
BY_NAME = ("A", "B", "C")
"""Loci whose DNA fields carry DNA in their name, because serology has the short one."""
BY_DNA = ("DRB1", "DRB3", "DRB4", "DRB5", "DQA1", "DQB1", "DPA1", "DPB1")
ONLY_SEROLOGY = {"DRB1": "DR", "DQB1": "DQ"}
Names = tuple[str, ...]
"""The names of the two fields of a locus; none where there are no such fields."""


def _names(kind: str, name: str) -> Names:
    return (f"{kind}_{name}1", f"{kind}_{name}2") if name else ()


FIELDS = {
    kind: [
        *((locus, _names(kind, f"DNA_{locus}"), _names(kind, locus)) for locus in BY_NAME),
        *((locus, _names(kind, locus), _names(kind, ONLY_SEROLOGY.get(locus, ""))) for locus in BY_DNA),
    ]
    for kind in ("D", "CB")
}
"""The fields of donors and of cord blood: for each locus those by DNA and those by serology."""
PROPERTIES = ("P_ID", "RESOLUT", "REQ_DATE", "HUB_SND", "HUB_RCV")


def looks_like(head: bytes) -> bool:
    """Whether these bytes begin a TYP_RES message."""
    return HEAD.match(text_of(head)) is not None


def parse(document: Document) -> Parsed:
    """A report for each TYP_RES. Raises ParseError."""
    text = decoded(document.raw)
    names = list(MESSAGE.finditer(text))
    left: Counter[str] = Counter(found[1] for found in names if found[1] != NAME)
    reports = []
    for found, (start, end) in zip(names, pairwise([*(each.start(1) for each in names), len(text)]), strict=False):
        if found[1] == NAME:
            reports.append(_report(_whole_message(text[start:end], text.count("\n", 0, start) + 1), left))
    if not reports:
        raise ParseError("this holds no typing result of EMDIS", where="line 1", expected=f"a message {NAME}")
    return Parsed(reports=marked(reports), ignored=tuple(Ignored(name, count) for name, count in sorted(left.items())))


class Message:
    """The fields of one message, and which of them were read."""

    def __init__(self, text: str, line: int) -> None:
        self.where = f"line {line}"
        self.fields: dict[str, str] = {}
        for found in FIELD.finditer(text):
            value = (found[2] or found[3] or "").strip()
            if self.fields.setdefault(found[1], value) != value:
                raise ParseError(
                    f"this message says {found[1]} twice, and not alike",
                    where=self.where,
                    expected="every field once",
                    advice="Ask the sender which is meant.",
                )
        self.read: set[str] = set()

    def of(self, name: str) -> str:
        """The value of a field; empty if it is not there or not known."""
        self.read.add(name)
        value = self.fields.get(name, "")
        return "" if value in UNKNOWN else value

    def pair(self, names: Names) -> Fields:
        """The two values of a locus."""
        return Fields(*map(self.of, names))

    def left(self) -> Iterator[str]:
        """Fields with a value that nobody read."""
        return (name for name, value in self.fields.items() if name not in self.read and value not in UNKNOWN)


def _whole_message(text: str, line: int) -> Message:
    if not text.rstrip().endswith(";"):
        raise ParseError(
            "this message ends in the middle",
            found=text.rstrip()[-40:],
            where=f"line {line}",
            expected="a semicolon behind the last field",
            advice="Ask the sender for the whole message.",
        )
    return Message(text, line)


def _report(message: Message, left: Counter[str]) -> TypingReport:
    kind = "CB" if message.of("CB_ID") or message.of("CB_GRID") else "D"
    sample, grid = message.of(f"{kind}_ID"), message.of(f"{kind}_GRID")
    if not (sample or grid):
        raise ParseError(
            "this message names no donor: nobody could tell whose typing it is",
            where=message.where,
            expected="D_ID or D_GRID",
        )
    read = [
        read_locus(locus, message.pair(dna), message.pair(serology), f"{message.where}, {locus}")
        for locus, dna, serology in FIELDS[kind]
    ]
    release = message.of("HLA_NOM_VER")
    report = TypingReport(
        format="emdis",
        sample=sample,
        subject=grid,
        report_id=message.of("REF_CODE"),
        loci=tuple(replace(each.typing, stated_release=release) for each in read if each.typing),
        properties=tuple(Printed(name, message.of(name), message.where) for name in PROPERTIES if message.of(name)),
        findings=tuple(finding for each in read for finding in each.findings),
    )
    left.update(message.left())
    return report


FORMAT = Format(
    name="emdis",
    title="EMDIS typing results (fields of TYP_RES)",
    verified="published descriptions",
    looks_like=looks_like,
    parse=parse,
)
