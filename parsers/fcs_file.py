"""The frame of a flow cytometry file (FCS 2.0 to 3.2): where its segments lie, and the keywords of its TEXT segment.

    FCS3.1    ......58    1455    1456   16680       0       0    six places, right-justified in eight characters
    /$BEGINDATA/1456/$ENDDATA/16680/$PAR/10/$TOT/725/...          the first character is the delimiter; doubled, itself

The places are the first and last byte of TEXT, DATA and ANALYSIS. A place that needs more than eight digits is 0 in the
header and stands in a keyword. Where both state one and disagree, the keyword is taken. A file is whole when it reaches
as far as its last segment: a copy that is still going on has the header and TEXT long before DATA.
"""

import re
from collections.abc import Iterator

import msgspec

from parsers.errors import ParseError

MAGIC = re.compile(rb"FCS[23]\.[0-9] {4}")
HEADER_END = 58
SEGMENTS = ("TEXT", "DATA", "ANALYSIS")
PERSONAL = re.compile(r"\$(OP|EXP|SRC|LAST_MODIFIER)|.*(PATIENT|OPERATOR|USER|PHYSICIAN|BIRTH).*", re.DOTALL)
COPY_AGAIN = "Wait until the file has been copied, or ask the sender to export it again."

Keyword = tuple[str, str]


class Span(msgspec.Struct, frozen=True):
    """The first and the last byte of a segment; both 0 if there is none."""

    first: int = 0
    last: int = 0

    @property
    def size(self) -> int:
        """How many bytes it has."""
        return self.last - self.first + 1 if self.last else 0


class FcsFile(msgspec.Struct, frozen=True):
    """The keywords in their order, the segments by name, and whether header and keywords state them alike."""

    keywords: tuple[Keyword, ...]
    segments: dict[str, Span]
    agreed: bool
    charset: str

    def named(self) -> dict[str, str]:
        """The keywords by their names in capitals; the first of a name counts."""
        return {name.upper(): value for name, value in reversed(self.keywords)}


def read_fcs(raw: bytes) -> FcsFile:
    """The frame of a whole file. Raises ParseError on damage, and where the file ends before its last segment does."""
    spans = _spans(raw)
    keywords, charset = _keywords(raw, spans["TEXT"])
    stated = _stated({name.upper(): value for name, value in keywords})
    agreed = all(spans.get(name, span) in (span, Span()) for name, span in stated.items())
    segments = {**spans, **stated}
    last = max(span.last for span in segments.values())
    if last >= len(raw) and not (last == len(raw) and _events_fit(keywords, segments["DATA"], len(raw))):
        raise ParseError(
            "this file ends before its last segment does: it is still being copied, or was cut short",
            where=f"byte {len(raw)}",
            expected=f"{last + 1} bytes",
            advice=COPY_AGAIN,
        )
    return FcsFile(keywords, segments, agreed, charset)


def _events_fit(keywords: tuple[Keyword, ...], data: Span, length: int) -> bool:
    """Whether all events that the file counts are there: some writers name the byte behind the last one."""
    named = {name.upper(): value for name, value in reversed(keywords)}
    total, bits = named.get("$TOT", ""), event_bits(named)
    return bits is not None and total.isdecimal() and data.first + int(total) * bits // 8 == length


def is_personal(name: str) -> bool:
    """Whether a keyword of this name is about a person: who measured, whose specimen it is."""
    return PERSONAL.fullmatch(name.upper()) is not None


def is_whole(raw: bytes) -> bool:
    """Whether the file reaches as far as its last segment."""
    try:
        return bool(read_fcs(raw).keywords)
    except ParseError:
        return False


def _spans(raw: bytes) -> dict[str, Span]:
    fields = [raw[place : place + 8].strip() for place in range(10, HEADER_END, 8)]
    if not MAGIC.match(raw) or len(raw) < HEADER_END or not all(each.isdigit() or not each for each in fields):
        raise ParseError(
            "the header of this FCS file is damaged or cut short",
            where="byte 0",
            expected="FCS, its version and six numbers of eight characters each",
            advice=COPY_AGAIN,
        )
    places = [int(each or b"0") for each in fields]
    return {name: Span(*places[2 * at : 2 * at + 2]) for at, name in enumerate(SEGMENTS)}


def _keywords(raw: bytes, span: Span) -> tuple[tuple[Keyword, ...], str]:
    segment = raw[span.first : span.last + 1]
    if span.first < HEADER_END or len(segment) < max(span.size, 2):
        raise ParseError(
            "the TEXT segment of this FCS file is missing or cut short",
            where=f"byte {span.first}",
            expected=f"{span.size} bytes of keywords",
            advice=COPY_AGAIN,
        )
    text, charset = _decoded(segment)
    parts = _split(text)
    if len(parts) % 2 or not parts:
        raise ParseError(
            "the last keyword of this FCS file has no value",
            where=f"byte {span.last}",
            expected="keywords and values in turn",
            advice=COPY_AGAIN,
        )
    return tuple(zip(parts[0::2], parts[1::2], strict=True)), charset


def _decoded(segment: bytes) -> tuple[str, str]:
    try:
        return segment.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        return segment.decode("latin-1"), "latin-1"


def _split(text: str) -> list[str]:
    """Names and values between delimiters, without blanks around them; a doubled delimiter is one that is meant."""
    mark, body = text[0], text[1:].rstrip(" \0")
    one = re.escape(mark)
    closed = body if body.endswith(mark) else body + mark
    found = re.findall(f"((?:[^{one}]|{one}{one})*){one}", closed)
    return [each.replace(mark * 2, mark).strip() for each in found]


def _stated(named: dict[str, str]) -> dict[str, Span]:
    """The segments that keywords state, those that are nowhere left out."""
    names = {"DATA": "DATA", "ANALYSIS": "ANALYSIS", "STEXT": "supplemental TEXT"}
    return {
        title: span
        for name, title in names.items()
        if (span := Span(_place(named, f"$BEGIN{name}"), _place(named, f"$END{name}"))).last
    }


def _place(named: dict[str, str], keyword: str) -> int:
    text = named.get(keyword, "").strip()
    return int(text) if text.isdecimal() and text.isascii() and len(text) < 16 else 0


def event_bits(named: dict[str, str]) -> int | None:
    """How many bits one event takes; None where the data are text or a parameter states no width."""
    count = _place(named, "$PAR")
    widths = list(_widths(named, min(count, 10_000)))
    return None if named.get("$DATATYPE") not in ("I", "F", "D") or not count or 0 in widths else sum(widths)


def _widths(named: dict[str, str], count: int) -> Iterator[int]:
    return (_place(named, f"$P{number}B") for number in range(1, count + 1))
