"""What a barcode scanner sends: ISBT 128 symbols and GRIDs, a scan a line.

    ]C0=A99992400012300                                          AIM's prefix for the kind of barcode, if switched on
    =A99992400012300=%5100=<S1384V00&>0270452359                 several symbols, joined without a separator
    &:9999TEST00000000118    9999TEST00000000118                 a donor's GRID, with and without its identifier

A scan ends with CR, LF or TAB, as the scanner is set. The donation number (DIN) is the sample, a GRID the subject;
every symbol is a value under its data identifier. What is no symbol is kept as `text` and flagged: it may be a
laboratory's own number, and nobody here knows of what. The numbers of members of staff and of patients and a patient's
date of birth are counted and left out.

A scanner that types through a keyboard of another layout sends other signs for `=` and `&`. Such a scan is flagged and
not mended, for one sign may come from several.

Source: public descriptions of ISBT 128 (ICCBBA ST-001) and of AIM's identifiers.
"""

import re
from collections import Counter
from typing import NamedTuple

from parsers.errors import ParseError
from parsers.format import Document, Format
from parsers.identifier_forms import GRID_FORM
from parsers.isbt128_symbols import COMPOUND, DIN_LENGTH, DONATION, GRID, NATIONAL, SHIFTED, Symbol, cut
from parsers.measured_columns import text_of
from parsers.records import Finding, Ignored, Observation, ObservationReport, Parsed, Printed

ENDS = re.compile(r"[\r\n\t]+")
SCAN = re.compile(r"(?P<symbology>\][A-Za-z][0-9A-Za-z])?(?P<code>.*)")
PLAIN = re.compile(r"[!#-~]+")
"""What stands in a symbol: printable signs without blanks and quotation marks."""
BARE = "GRID"
"""Stands for the data identifier of a GRID that is scanned without one."""
PERSONAL = ("='", "=#", "&#")
"""The data identifiers of a member of staff, of a patient's date of birth and of a patient's number."""
NO_SPECIMEN = Finding("no_specimen", "the scan holds no donation number")
TYPED = Finding(
    "keyboard_layout",
    "looks like an ISBT 128 code typed by a scanner over another keyboard layout; set both to US layout",
    "character 1",
)


class Scan(NamedTuple):
    """One scan: AIM's prefix, the code behind it, the symbols in it, and what is left at the first that is none."""

    symbology: str
    code: str
    symbols: list[Symbol]
    rest: str
    contents: dict[str, list[str]]
    """The contents of the symbols by their identifiers."""

    def named(self, *identifiers: str) -> str:
        """The one identifier of this kind, as scanned; none where a scan holds different ones."""
        found = [each for each in identifiers if each in self.contents]
        if len(found) != 1 or len(self.numbers(found[0])) != 1:
            return ""
        return f"{found[0]}{self.contents[found[0]][0]}".removeprefix(BARE)

    def numbers(self, identifier: str) -> set[str]:
        """The different numbers in the symbols of this identifier, without the flags behind a donation number."""
        contents = self.contents.get(identifier, ())
        return {each[:DIN_LENGTH] for each in contents} if identifier == DONATION else set(contents)


def looks_like(head: bytes) -> bool:
    """Whether the first line is made of ISBT 128 symbols, is a GRID, or begins with AIM's mark of Code 128."""
    first = ENDS.split(head.lstrip(b"\r\n\t ").decode("latin-1"), maxsplit=1)[0].strip()
    symbology, code = _parted(first)
    symbols, rest = _cut(code)
    return bool((symbols and not rest and all(map(_is_sure, symbols))) or symbology in ("]C0", "]C1"))


def parse(document: Document) -> Parsed:
    """A report for each scan. Raises ParseError."""
    text, doubts = text_of(document.raw)
    scans = [_scan(stripped) for each in ENDS.split(text) if (stripped := each.strip())]
    if not scans:
        expected = "an ISBT 128 code, such as =A99992400012300"
        raise ParseError("nothing was scanned", where="line 1", expected=expected)
    left = Counter(each.identifier for scan in scans for each in scan.symbols)
    return Parsed(
        reports=tuple([_report(scan, doubts) for scan in scans]),
        ignored=tuple(Ignored(each, left[each]) for each in PERSONAL if left[each]),
    )


def _scan(text: str) -> Scan:
    symbology, code = _parted(text)
    symbols, rest = _cut(code)
    by_identifier: dict[str, list[str]] = {}
    for each in symbols:
        by_identifier.setdefault(each.identifier, []).append(each.content)
    return Scan(symbology, code, symbols, rest, by_identifier)


def _parted(scan: str) -> tuple[str, str]:
    """AIM's prefix, and the code behind it."""
    found = SCAN.fullmatch(scan)
    return (found["symbology"] or "", found["code"]) if found else ("", scan)


def _cut(code: str) -> tuple[list[Symbol], str]:
    return ([Symbol(BARE, code)], "") if GRID_FORM.fullmatch(code) else cut(code)


def _is_sure(symbol: Symbol) -> bool:
    """Whether a text of another kind hardly begins so: `&nbsp;` is no national structure, `="1","2"` no symbol."""
    return bool(PLAIN.fullmatch(symbol.content)) and symbol.identifier not in NATIONAL


def _report(scan: Scan, doubts: tuple[Finding, ...]) -> ObservationReport:
    sample, subject = scan.named(DONATION), scan.named(GRID, BARE)
    kept = [each for each in scan.symbols if each.identifier not in PERSONAL]
    kept += [Symbol("text", scan.rest)] if scan.rest else []
    return ObservationReport(
        format="barcode_scan",
        sample=sample,
        subject=subject,
        observations=tuple([Observation(label=each.identifier, value=each.content) for each in kept]),
        properties=(Printed("symbology", scan.symbology),) if scan.symbology else (),
        findings=(*doubts, *_findings(scan), *(() if sample else (NO_SPECIMEN,))),
    )


def _findings(scan: Scan) -> list[Finding]:
    """What is odd about a scan: signs of another layout, no known structure, numbers that contradict each other."""
    found = []
    if scan.code.startswith(SHIFTED):
        found.append(TYPED)
    elif scan.rest:
        where = f"character {len(scan.code) - len(scan.rest) + 1}"
        found.append(Finding("unknown_scan", "no structure of ISBT 128 that is known here; kept as text", where))
    for kind, identifier in (("donation number", DONATION), ("GRID", GRID)):
        if len(scan.numbers(identifier)) > 1:
            found.append(Finding("identifiers_differ", f"one scan holds more than one {kind}, and none is taken"))
    first = scan.symbols[0] if scan.symbols else Symbol("", "")
    if first.identifier == COMPOUND and first.content[:2] != f"{len(scan.symbols) - 1:02}":
        message = f"{first.content[:2]} structures are announced, {len(scan.symbols) - 1} follow"
        found.append(Finding("contradiction", message, "character 3"))
    return found


FORMAT = Format(
    name="barcode_scan",
    title="Scans of ISBT 128 barcodes and GRIDs",
    verified="published descriptions",
    looks_like=looks_like,
    parse=parse,
    independent=True,
    ignores=PERSONAL,
)
