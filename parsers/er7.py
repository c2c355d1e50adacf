r"""HL7 v2 in its vertical-bar encoding (ER7), split without losing a byte.

    message       segments, each ended by CR (in the field also by LF or CR LF)
    segment       MSH|field|field|...       the first field of a header segment is the separator itself, so that
    field         repetition~repetition     MSH-2 are the encoding characters and OBX-5 is the sixth text of its segment
    repetition    component^component
    component     subcomponent&subcomponent

A sender may choose other characters; MSH-1 and MSH-2 say which. A separator inside a value is written as an escape:
\F\ | , \S\ ^ , \T\ & , \R\ ~ , \E\ \ , \L\ the truncation character of v2.7, \.br\ a new line, \X0D0A\ bytes in
hexadecimal. Escapes are decoded once, after the last split; an escape that is not known stays as it stands.

A segment keeps its line, and `serialise` puts the lines together again. Fields are split no further before they are
asked for.
"""

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import NamedTuple

from parsers.code_tables import code_rows
from parsers.errors import ParseError
from parsers.line_ends import split_records
from parsers.records import Finding

HEADERS = frozenset({"MSH", "FHS", "BHS"})
FALLBACKS = ("utf-8", "cp1252", "latin-1")

_SIGNS = re.compile(r"[^A-Za-z0-9\s]+")


CHARSETS = {row["charset"]: row["codec"] for row in code_rows("hl7_charsets.csv")}
"""HL7 table 0211: the name in MSH-18 and the codec that reads it."""


class Encoding(NamedTuple):
    """The characters that a message separates its parts with, and the codec that its bytes are text by."""

    field: str = "|"
    component: str = "^"
    repetition: str = "~"
    escape: str = "\\"
    subcomponent: str = "&"
    truncation: str = ""
    codec: str = "utf-8"


class Segment:
    """One line of a message. Fields, repetitions and components are numbered from 1, as in the standard.

    `name` are the segment's three letters, such as OBX; `fields` the fields as they stand, escapes undecoded: the index
    is HL7's number, and 0 is the segment's name.
    """

    __slots__ = ("_components", "encoding", "end", "fields", "line", "name", "number")

    def __init__(self, line: str, end: str, number: int, encoding: Encoding) -> None:
        self.line = line
        self.end = end
        self.number = number
        self.encoding = encoding
        self.name = line[:3]
        self.fields = line.split(encoding.field)
        if self.fields[0] in HEADERS:
            self.fields.insert(1, encoding.field)
        self._components: dict[int, list[list[str]]] = {}

    @property
    def where(self) -> str:
        """The place of this segment in its message, for people."""
        return f"segment {self.number} ({self.name})"

    def field(self, number: int) -> str:
        """A field as it stands; empty if the segment ends before it."""
        return self.fields[number] if number < len(self.fields) else ""

    def repetitions(self, number: int) -> list[str]:
        """The repetitions of a field as they stand; none for an empty field."""
        text, sign = self.field(number), self.encoding.repetition
        if not text:
            return []
        if not sign or sign not in text or (number == 2 and self.fields[0] in HEADERS):
            return [text]
        return text.split(sign)

    def components(self, number: int, repetition: int = 1) -> list[str]:
        """The components of one repetition as they stand."""
        found = self._components.get(number)
        if found is None:
            found = self._components[number] = [self.split(each) for each in self.repetitions(number)]
        return found[repetition - 1] if repetition <= len(found) else []

    def filled(self) -> list[int]:
        """The numbers of the fields that are not empty, without the separators that a header segment declares."""
        declared = 2 if self.fields[0] in HEADERS else 0
        return [number for number, field in enumerate(self.fields) if field and number > declared]

    def leaves(self, number: int) -> Iterator[tuple[int, int, str]]:
        """Every component of a field that holds something: repetition, component, and its text as it stands."""
        _, component_sign, repetition_sign, *_ = self.encoding
        field = self.fields[number]
        repetitions = field.split(repetition_sign) if repetition_sign and repetition_sign in field else (field,)
        for place, repetition in enumerate(repetitions, start=1):
            if component_sign not in repetition:
                yield place, 1, repetition
                continue
            for component, text in enumerate(repetition.split(component_sign), start=1):
                if text:
                    yield place, component, text

    def split(self, repetition: str) -> list[str]:
        """The components of a repetition's text as they stand."""
        return repetition.split(self.encoding.component) if self.encoding.component else [repetition]

    def value(self, number: int, component: int = 1, repetition: int = 1) -> str:
        """One component as a value, escapes decoded; empty if it is not there."""
        if number >= len(self.fields) or not self.fields[number]:
            return ""
        found = self.components(number, repetition)
        text = found[component - 1] if component <= len(found) else ""
        return unescape(text, self.encoding) if self.encoding.escape in text else text

    def part(self, number: int, component: int) -> str:
        """The first subcomponent of a component as a value, escapes decoded: a `&` that was escaped parts nothing."""
        found, sign = self.components(number), self.encoding.subcomponent
        text = found[component - 1] if component <= len(found) else ""
        return unescape(text.split(sign)[0] if sign else text, self.encoding)

    def text(self, number: int) -> str:
        """A whole field as a value, escapes decoded and separators left standing."""
        text = self.field(number)
        return unescape(text, self.encoding) if self.encoding.escape in text else text

    def says_something(self, number: int) -> bool:
        """Whether a field holds anything but separators and blanks."""
        text = self.fields[number]
        if text[:1].isalnum():
            return True
        for sign in (self.encoding.component, self.encoding.repetition):
            text = text.replace(sign, " ") if sign else text
        return bool(text.strip())


class Message(NamedTuple):
    """One HL7 message. `lead` is what stood before MSH; `findings` say how its bytes became text."""

    lead: str
    segments: tuple[Segment, ...]
    encoding: Encoding
    findings: tuple[Finding, ...] = ()

    @property
    def header(self) -> Segment:
        """The MSH segment."""
        return self.segments[0]

    def named(self, name: str) -> Iterator[Segment]:
        """The segments of this name, in their order."""
        return (segment for segment in self.segments if segment.name == name)


def parse_message(raw: bytes | str) -> Message:
    """One message that begins with MSH. Raises ParseError if it does not, or if its separators make no sense."""
    text, codec, findings = (raw, "utf-8", ()) if isinstance(raw, str) else decode(raw)
    body = text.lstrip("\ufeff\x0b \t\r\n")
    if body[:3] != "MSH":
        raise ParseError(
            "this is not an HL7 message", found=body[:20], where="the first segment", expected="an MSH segment"
        )
    encoding = read_encoding(body, codec)
    lines, ends = split_records(body)
    segments = tuple(
        Segment(line, end, number, encoding)
        for number, (line, end) in enumerate(zip(lines, ends, strict=True), start=1)
        if line or end
    )
    return Message(text[: len(text) - len(body)], segments, encoding, findings)


def serialise(message: Message) -> bytes:
    """The bytes that the message was parsed from."""
    text = message.lead + "".join(segment.line + segment.end for segment in message.segments)
    return text.encode(message.encoding.codec)


def read_encoding(header: str, codec: str = "utf-8") -> Encoding:
    """The separators that a header segment declares. Raises ParseError unless they are distinct signs."""
    field = header[3:4]
    declared = header[4:].split(field, 1)[0][:5] if field else ""
    signs = field + declared
    if len(declared) < 1 or len(set(signs)) != len(signs) or not _SIGNS.fullmatch(signs):
        raise ParseError(
            "the separators declared by this message are not usable",
            found=header[:9],
            where="MSH-1 and MSH-2",
            expected=r"distinct signs such as |^~\&",
            advice="Check the separators in the sender's interface settings.",
        )
    component, repetition, escape, subcomponent, truncation = (declared[place : place + 1] for place in range(5))
    return Encoding(field, component, repetition, escape, subcomponent, truncation, codec)


def decode(raw: bytes) -> tuple[str, str, tuple[Finding, ...]]:
    """The text of a message, the codec that read it, and what was odd about it; never fails.

    MSH-18 decides. Empty and ASCII promise ASCII and in the field are often something else: UTF-8 is tried, then
    Windows-1252, then ISO 8859-1, which reads anything.
    """
    stated = _stated_charset(raw)
    codec = CHARSETS.get(stated, "")
    if raw.isascii():
        return raw.decode("ascii"), codec if codec not in ("", "ascii") else FALLBACKS[0], ()
    used = next(attempt for attempt in (codec, *FALLBACKS) if attempt and _decodes(raw, attempt))
    return raw.decode(used), used, () if used == codec else (_charset_finding(stated, used),)


def _decodes(raw: bytes, codec: str) -> bool:
    try:
        raw.decode(codec)
    except UnicodeDecodeError:
        return False
    return True


def _charset_finding(stated: str, codec: str) -> Finding:
    promise = f"states the character set {stated}" if stated else "states no character set"
    return Finding("charset", f"the message {promise} and holds bytes outside it; read as {codec}", "MSH-18")


def _stated_charset(raw: bytes) -> str:
    start = raw.find(b"MSH")
    header = re.split(rb"[\r\n]", raw[start:], maxsplit=1)[0].decode("latin-1")
    fields = header.split(header[3:4]) if len(header) > 3 else []
    return re.split(r"[~^\\]", fields[17])[0].strip().upper() if len(fields) > 17 else ""


def escape(text: str) -> str:
    """A value made safe to stand between the standard's usual separators: separators and controls become escapes."""
    return text.translate(_ESCAPES) if _ESCAPED.search(text) else text


def _names(encoding: Encoding) -> dict[str, str]:
    signs = (*encoding[:5], encoding.truncation)
    return {name: sign for name, sign in zip("FSRETL", signs, strict=True) if sign}


_ESCAPES = {code: f"\\X{code:02X}\\" for code in (*range(32), 0x7F) if code != 0x09}
_ESCAPES |= {ord("\n"): "\\.br\\"} | {ord(sign): f"\\{name}\\" for name, sign in _names(Encoding()).items()}
_ESCAPED = re.compile("[" + re.escape("".join(map(chr, _ESCAPES))) + "]")  # four times as fast as translating


def unescape(text: str, encoding: Encoding) -> str:
    """The value behind a text: known escapes decoded once, unknown ones as they stand."""
    sign = encoding.escape
    if not sign or sign not in text:
        return text
    decode_escape, pattern = _decoder(encoding)
    return pattern.sub(decode_escape, text)


@lru_cache(maxsize=64)
def _decoder(encoding: Encoding) -> tuple[Callable[[re.Match[str]], str], re.Pattern[str]]:
    sign = re.escape(encoding.escape)
    known = {"L": "#", ".br": "\n"} | _names(encoding)

    def decode_escape(found: re.Match[str]) -> str:
        value = known.get(found[1])
        return value if value is not None else _bytes_of(found[1], encoding.codec) or found[0]

    return decode_escape, re.compile(rf"{sign}([A-Z]|\.[a-z]+[+-]?\d*|X[0-9A-Fa-f]+|[CMZ][^\r\n]*?){sign}")


def _bytes_of(name: str, codec: str) -> str:
    try:
        return bytes.fromhex(name[1:]).decode(codec) if name[0] == "X" else ""
    except ValueError:
        return ""


class Batch(NamedTuple):
    """The messages of one input, and the FHS, BHS, BTS and FTS lines around them."""

    messages: tuple[bytes, ...]
    wrapping: tuple[bytes, ...]


_STARTS = re.compile(rb"[\r\n\x0b\x1c][ \t]*(MSH|FHS|BHS|BTS|FTS)(?=[^A-Za-z0-9 ]|\Z)")
"""A line end and a segment that begins a message or wraps some."""
_BLOCK_ENDS = b"\x0b\x1c\r\n"
_AROUND = _BLOCK_ENDS + b" \t"


def split_messages(raw: bytes) -> Batch:
    """Every message of an input: one, several after each other, in MLLP blocks or in a batch file.

    Raises ParseError if something stands before the first, or if a block or batch ends early.
    """
    body = raw.removeprefix(b"\xef\xbb\xbf")
    starts = [found.start() for found in _STARTS.finditer(b"\r" + body)]  # so that every start is behind a line end
    if not starts or body[: starts[0]].strip(_AROUND):
        raise ParseError(
            "this is not an HL7 message",
            found=body[:20].decode("latin-1"),
            where="byte 0",
            expected="an MSH segment, or a batch that begins with FHS or BHS",
        )
    pieces = [
        body[start:end].lstrip(_AROUND).rstrip(_BLOCK_ENDS)
        for start, end in zip(starts, [*starts[1:], len(body)], strict=True)
    ]
    batch = Batch(
        tuple(piece + b"\r" for piece in pieces if piece.startswith(b"MSH")),
        tuple(piece for piece in pieces if not piece.startswith(b"MSH")),
    )
    _check_blocks(body)
    _check_wrapping(batch)
    return batch


def _check_blocks(raw: bytes) -> None:
    if raw.count(b"\x0b") > raw.count(b"\x1c"):
        raise ParseError(
            "the last MLLP block has no end", where=f"byte {len(raw)}", expected="FS (hexadecimal 1C) behind each block"
        )


def _check_wrapping(batch: Batch) -> None:
    for opening, closing in ((b"FHS", b"FTS"), (b"BHS", b"BTS")):
        opened, closed = (sum(line.startswith(name) for line in batch.wrapping) for name in (opening, closing))
        if opened != closed:
            raise ParseError(
                f"the batch holds {opened} {opening.decode()} and {closed} {closing.decode()} segments",
                where="the batch",
                expected="one end for each beginning",
                advice="The file was cut off: export it again.",
            )
    counts = [line.split(line[3:4])[1] for line in batch.wrapping if line.startswith(b"BTS") and len(line) > 3]
    stated = [int(count) for count in counts if count.strip().isdigit()]
    if stated and len(stated) == len(counts) and sum(stated) != len(batch.messages):
        raise ParseError(
            f"the batch states {sum(stated)} messages and holds {len(batch.messages)}",
            where="BTS-1",
            expected="as many messages as stated",
            advice="The file was cut off: export it again.",
        )
