"""A balance's answers, a line each: MT-SICS of Mettler Toledo, SBI of Sartorius.

    S S     100.00 g          MT-SICS: command, state, value in ten characters, unit; S has come to rest
    S D     100.02 g          still moving
    S I    S +    S -         it cannot weigh now; overload; underload
    I4 A "0123456789"         its serial number, which it also sends by itself when it is switched on
    ES    ET    EL    S L     an error: refused

    +   123.56 g              SBI, 14 characters: sign, nine of the value, a blank, three of the unit
    N     +   123.56 g        the same behind a tag of six: N net, Qnt pieces
    +   123.58                no unit: it has not come to rest
    Stat          High        what stands in place of a value: High or H, Low or L, a calibration
    Stat     ERR  54          an error: refused

A stable value is a `weight`. Everything else is a `reading`, so that nobody takes it for one: what is not at rest, what
is out of range, pieces, per cent, an SBI value under another tag than that of the net weight. Digits in brackets
(`123.5[6]`) are legible and not verified: the brackets are the balance's mark, and so a flag.

Source: the makers' public descriptions of both command sets; no balance has been read.
"""

import re
from collections.abc import Iterator

from parsers.errors import ParseError
from parsers.format import Document, Format
from parsers.records import Finding, Observation, ObservationReport, Parsed, Printed
from parsers.remembered import remembered
from parsers.tool_calls import Line, lines_of

NUMBER = r"(?P<value>[-+]? *[0-9][0-9.,]*)(?P<unverified>\[[0-9]+\])?"
SICS_WEIGHT = re.compile(rf"S (?P<mark>[SD]) +{NUMBER} +(?P<unit>\S{{1,5}})")
SICS_NO_WEIGHT = re.compile(r"S (?P<mark>[I+\-])")
SICS_SERIAL = re.compile(r'I4 A "(?P<serial>[^"]*)"')
SICS_ERROR = re.compile(r"E[STL]|S L")
SBI = re.compile(rf"(?P<tag>.{{6}})?(?=[-+ ].{{9}}[ \]])(?=[-+ ]) *{NUMBER} *(?P<unit>[^\s0-9].{{0,2}})?")
SBI_STATUS = re.compile(r"(?:Stat)? +(?P<status>High|Low|HH?|LL?|C|--|Cal\.? ?\S*)")
SBI_ERROR = re.compile(r"(?:Stat)? +(?:(?i:err) +\w+|(?:APP|DIS|PRT)\.ERR?)")
LENGTHS = (14, 20)
"""Characters of an SBI line in front of its end, without and with a tag."""
NET = frozenset({"", "N", "N1"})
NO_MASS = frozenset({"%", "pcs"})
MEANINGS = {
    "I": "it is busy, or did not come to rest in time",
    "+": "overload",
    "-": "underload",
    "High": "overload",
    "H": "overload",
    "Low": "underload",
    "L": "underload",
}
EXPECTED = "a line such as S S     100.00 g (MT-SICS) or +   123.56 g (SBI)"
REFUSALS = {
    "ES": "the balance did not understand what it was asked",
    "ET": "what the balance was asked did not arrive whole",
    "EL": "the balance cannot carry out what it was asked",
    "S L": "the balance refuses the value it was given",
}
NO_SPECIMEN = Finding("no_specimen", "a balance names no specimen")
NO_RESULTS = Finding("no_results", "the balance tells its serial number and weighs nothing")


def looks_like(head: bytes) -> bool:
    """Whether the first line is an answer of a balance."""
    line = head.lstrip(b"\r\n").partition(b"\n")[0].rstrip(b"\r").decode("latin-1")
    sics = SICS_WEIGHT.fullmatch(line) or SICS_NO_WEIGHT.fullmatch(line) or SICS_SERIAL.fullmatch(line)
    sbi = SBI.fullmatch(line) or (line.startswith("Stat") and SBI_STATUS.fullmatch(line.rstrip()))
    return bool(sics or (len(line) in LENGTHS and sbi))


def parse(document: Document) -> Parsed:
    """The one report of a balance's answers. Raises ParseError."""
    lines, _ = lines_of(document.raw)
    if not lines:
        raise ParseError("this holds no answer of a balance", where="line 1", expected=EXPECTED)
    serials = [(line, found["serial"]) for line in lines if (found := SICS_SERIAL.fullmatch(line[1].strip()))]
    told = {number for (number, _), _ in serials}
    readings = [(line, _reading(line)) for line in lines if line[0] not in told]
    report = ObservationReport(
        format="balance",
        sample="",
        device=serials[-1][1] if serials else "",
        observations=tuple([reading for _, reading in readings]),
        properties=tuple(Printed("I4", serial, f"line {number}") for (number, _), serial in serials),
        findings=(*_doubts(readings), NO_SPECIMEN if readings else NO_RESULTS),
    )
    return Parsed(reports=(report,))


def _reading(line: Line) -> Observation:
    """What one answer says. Raises ParseError where it is an error, or no answer."""
    if reading := _answer(line[1].rstrip()):
        return reading
    raise _refusal(line)


@remembered  # a balance at rest gives the same answer again and again
def _answer(text: str) -> Observation | None:
    if found := SICS_WEIGHT.fullmatch(text):
        return _measured(found, (found["mark"],), stable=found["mark"] == "S")
    if found := SICS_NO_WEIGHT.fullmatch(text):
        return Observation(label="reading", value=text, flags=(found["mark"],))
    padded = text.ljust(min((each for each in LENGTHS if each >= len(text)), default=0))
    if found := SBI.fullmatch(padded):
        return _measured(found, (), stable=bool(found["unit"]), tag=(found["tag"] or "").strip())
    if found := SBI_STATUS.fullmatch(text):
        return Observation(label="reading", value=found["status"], flags=(found["status"],))
    return None


def _measured(found: re.Match[str], marks: tuple[str, ...], *, stable: bool, tag: str = "") -> Observation:
    unit = (found["unit"] or "").strip()
    unverified = (found["unverified"],) if found["unverified"] else ()
    is_weight = stable and tag in NET and unit.casefold() not in NO_MASS
    return Observation(
        label="weight" if is_weight else "reading",
        value=(found["value"] + (found["unverified"] or "").strip("[]")).replace(" ", ""),
        unit=unit,
        sub_id=tag,
        flags=marks + unverified,
    )


def _doubts(readings: list[tuple[Line, Observation]]) -> Iterator[Finding]:
    """A finding on every answer that is no value of a balance at rest."""
    for (number, _), reading in readings:
        if not any(map(str.isdecimal, reading.value)):
            meaning = MEANINGS.get(reading.flags[0], f"it shows {reading.value}")
            yield Finding("not_measured", f"the balance gives no weight: {meaning}", f"line {number}")
        elif "D" in reading.flags or not reading.unit:
            yield Finding("unstable_weight", "the balance had not come to rest: no weight", f"line {number}")


def _refusal(line: Line) -> ParseError:
    number, text = line
    answer = text.strip()
    advice = "Compare what the balance is polled with, and its interface settings, with its description."
    if SICS_ERROR.fullmatch(answer):
        message = REFUSALS[answer]
    elif SBI_ERROR.fullmatch(text.rstrip()):
        message, advice = "the balance reports an error of its own", "Look the number up in the balance's description."
    else:
        message = "this line is no answer of a balance that is described"
    return ParseError(message, found=answer, where=f"line {number}", expected=EXPECTED, advice=advice)


FORMAT = Format(
    name="balance",
    title="A balance's answers (MT-SICS, SBI)",
    verified="published descriptions",
    looks_like=looks_like,
    parse=parse,
    independent=True,
)
