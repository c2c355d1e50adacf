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
from collections.abc import Iterator

from parsers.errors import ParseError
from parsers.format import Document, Format
from parsers.isbt128_symbols import COMPOUND, DONATION, GRID, NATIONAL, SHIFTED, Symbol, cut
from parsers.measured_columns import text_of
from parsers.records import Finding, Ignored, Observation, ObservationReport, Parsed, Printed

ENDS = re.compile(r"[\r\n\t]+")
SCAN = re.compile(r"(?P<symbology>\][A-Za-z][0-9A-Za-z])?(?P<code>.*)")
BARE_GRID = re.compile(r"[1-9][0-9]{3}[A-Z0-9]{13}[0-9]{2}")
PLAIN = re.compile(r"[!#-~]+")
"""What stands in a symbol: printable signs without blanks and quotation marks."""
DIN_LENGTH = 13
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


def looks_like(head: bytes) -> bool:
    """Whether the first line is made of ISBT 128 symbols, is a GRID, or begins with AIM's mark of Code 128."""
    first = ENDS.split(head.lstrip(b"\r\n\t ").decode("latin-1"), maxsplit=1)[0].strip()
    symbology, code = _parted(first)
    symbols, rest = _cut(code)
    return bool((symbols and not rest and all(map(_is_sure, symbols))) or symbology in ("]C0", "]C1"))


def parse(document: Document) -> Parsed:
    """A report for each scan. Raises ParseError."""
    text, doubts = text_of(document.raw)
    scans = [each.strip() for each in ENDS.split(text)]
    reports = tuple(_report(scan, doubts) for scan in scans if scan)
    left = Counter(each.identifier for scan in scans for each in _cut(_parted(scan)[1])[0])
    if not reports:
        expected = "an ISBT 128 code, such as =A99992400012300"
        raise ParseError("nothing was scanned", where="line 1", expected=expected)
    return Parsed(reports=reports, ignored=tuple(Ignored(each, left[each]) for each in PERSONAL if left[each]))


def _parted(scan: str) -> tuple[str, str]:
    """AIM's prefix, and the code behind it."""
    found = SCAN.fullmatch(scan)
    return (found["symbology"] or "", found["code"]) if found else ("", scan)


def _cut(code: str) -> tuple[list[Symbol], str]:
    return ([Symbol(BARE, code)], "") if BARE_GRID.fullmatch(code) else cut(code)


def _is_sure(symbol: Symbol) -> bool:
    """Whether a text of another kind hardly begins so: `&nbsp;` is no national structure, `="1","2"` no symbol."""
    return bool(PLAIN.fullmatch(symbol.content)) and symbol.identifier not in NATIONAL


def _report(scan: str, doubts: tuple[Finding, ...]) -> ObservationReport:
    symbology, code = _parted(scan)
    symbols, rest = _cut(code)
    sample, subject = _named(symbols, DONATION), _named(symbols, GRID, BARE)
    kept = [each for each in symbols if each.identifier not in PERSONAL] + ([Symbol("text", rest)] if rest else [])
    return ObservationReport(
        format="barcode_scan",
        sample=sample,
        subject=subject,
        observations=tuple(Observation(label=each.identifier, value=each.content) for each in kept),
        properties=(Printed("symbology", symbology),) if symbology else (),
        findings=(*doubts, *_findings(code, symbols, rest), *(() if sample else (NO_SPECIMEN,))),
    )


def _named(symbols: list[Symbol], *identifiers: str) -> str:
    """The one identifier of this kind, as scanned; none where a scan holds different ones."""
    found = [each for each in symbols if each.identifier in identifiers]
    return "".join(found[0]).removeprefix(BARE) if len(_numbers(found)) == 1 else ""


def _numbers(symbols: list[Symbol]) -> set[str]:
    """The different numbers among symbols of one kind; the flags behind a donation number are no part of it."""
    return {each.content[:DIN_LENGTH] if each.identifier == DONATION else each.content for each in symbols}


def _findings(code: str, symbols: list[Symbol], rest: str) -> Iterator[Finding]:
    """What is odd about a scan: signs of another layout, no known structure, numbers that contradict each other."""
    if code.startswith(SHIFTED):
        yield TYPED
    elif rest:
        where = f"character {len(code) - len(rest) + 1}"
        yield Finding("unknown_scan", "no structure of ISBT 128 that is known here; kept as text", where)
    for kind, identifier in (("donation number", DONATION), ("GRID", GRID)):
        if len(_numbers([each for each in symbols if each.identifier == identifier])) > 1:
            yield Finding("contradiction", f"one scan holds more than one {kind}")
    first = symbols[0] if symbols else Symbol("", "")
    if first.identifier == COMPOUND and first.content[:2] != f"{len(symbols) - 1:02}":
        message = f"{first.content[:2]} structures are announced, {len(symbols) - 1} follow"
        yield Finding("contradiction", message, "character 3")


FORMAT = Format(
    name="barcode_scan",
    title="Scans of ISBT 128 barcodes and GRIDs",
    verified="published descriptions",
    looks_like=looks_like,
    parse=parse,
    repeats=True,
    ignores=PERSONAL,
)
