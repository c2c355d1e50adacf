r"""GL Strings whose separators the sender forgot to escape: found, and put together again.

The operators `^`, `~` and `|` of a GL String are separators of HL7, so `A*01:01+A*02:01^B*07:02+B*08:01` in OBX-5
arrives split over components, with `~` over repetitions, with `|` over fields (and every field behind it is displaced).
The parts show it beyond doubt, because each begins with a gene; nothing else in an OBX does. Where it is so, the
segment is written again with the escapes in place, and a finding says so.

A GL String that is too long for a sender's field is continued in an ADD segment, or in another OBX of the same code:
where the one ends with an operator or the next begins with one, they are put together, for each alone would be another
typing.
"""

import re

from parsers.er7 import Message, Segment
from parsers.hl7_codes import LOINC_ALONE, Coding
from parsers.records import Finding

CODED = ("CWE", "CE")
OPERATORS = "?^|+~/"
GENES = re.compile(r"((?:HLA-)?(?:[A-Z][A-Z0-9]{0,4}|Cw))\*")


def mended(message: Message, coding: Coding = LOINC_ALONE) -> Message:
    """The message with every unescaped GL String put together, and a finding for each."""
    escaped = tuple(
        _mended_obx(each) if "*" in each.line and _is_typing(each, coding) else each for each in message.segments
    )
    findings = [
        Finding("unescaped_glstring", "separators of the GL String were not escaped; it was put together", after.where)
        for before, after in zip(message.segments, escaped, strict=True)
        if before is not after
    ]
    segments = _joined(escaped, coding, findings)
    return message._replace(segments=segments, findings=(*message.findings, *findings))


def _joined(segments: tuple[Segment, ...], coding: Coding, findings: list[Finding]) -> tuple[Segment, ...]:
    """The segments, with what continues a GL String taken into the OBX that it begins in."""
    made: list[Segment] = []
    for each in segments:
        if made and each.name == "ADD" and _is_typing(made[-1], coding):
            made[-1] = Segment(made[-1].line + each.line[4:], each.end, made[-1].number, each.encoding)
        elif made and _continues(made[-1], each, coding):
            made[-1] = _with_value(made[-1], made[-1].field(5) + each.field(5))
        else:
            made.append(each)
            continue
        message = "this GL String goes on in the next segment; it was put together"
        findings.append(Finding("continued_glstring", message, made[-1].where))
    return tuple(made)


def _is_typing(segment: Segment, coding: Coding) -> bool:
    return segment.name == "OBX" and coding.observed(segment).locus is not None


def _continues(before: Segment, obx: Segment, coding: Coding) -> bool:
    """Whether two OBX differ in nothing but their number and their value, and an operator joins the values."""
    if obx.name != "OBX" or before.value(2) in CODED or not _is_typing(before, coding):
        return False
    first, second = before.text(5).strip(), obx.text(5).strip()
    joined = first and second and (first[-1] in OPERATORS or second[0] in OPERATORS)
    return bool(joined) and [before.fields[2:5], before.fields[6:]] == [obx.fields[2:5], obx.fields[6:]]


def _mended_obx(obx: Segment) -> Segment:
    last = 5
    while GENES.match(obx.field(last + 1)):
        last += 1
    if last == 5 and not _is_split(obx):
        return obx
    signs, fields = obx.encoding, obx.fields
    value = signs.field.join(fields[5 : last + 1])
    for name, sign in (("F", signs.field), ("S", signs.component), ("R", signs.repetition)):
        value = value.replace(sign, f"{signs.escape}{name}{signs.escape}") if sign else value
    return _with_value(obx, value, last)


def _with_value(obx: Segment, value: str, last: int = 5) -> Segment:
    """The segment with this value, escaped already, in place of the fields from OBX-5 to the last that held it."""
    fields = [*obx.fields[:5], value, *obx.fields[last + 1 :]]
    return Segment(obx.encoding.field.join(fields), obx.end, obx.number, obx.encoding)


def _is_split(obx: Segment) -> bool:
    repetitions = obx.repetitions(5)
    if obx.value(2) not in CODED:
        return bool(GENES.search(obx.field(5))) and (len(repetitions) > 1 or len(obx.components(5)) > 1)
    if len(repetitions) > 1:
        return all(GENES.match(each) and len(obx.split(each)) == 1 for each in repetitions)
    return _is_two_loci(*(obx.value(5, place) for place in (1, 2, 3)))


def _is_two_loci(code: str, text: str, system: str) -> bool:
    """Whether components 1 and 2 are two loci of one GL String rather than a code and its text."""
    first, second = GENES.findall(code), GENES.findall(text)
    starts = bool(GENES.match(text)) and (not system or bool(GENES.match(system)))
    return starts and bool(first) and first[-1].removeprefix("HLA-") != second[0].removeprefix("HLA-")
