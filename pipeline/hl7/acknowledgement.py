r"""The answer to a received message: what the sender needs to know, which is whether it may forget the message.

    MSH-15, MSH-16 empty       original mode: one answer, AA stored, AE not stored
    one of them is not         enhanced mode: the accept acknowledgement (CA, CE) if MSH-15 asks for it, and then the
                               application's (AA, AE) as a message of its own if MSH-16 does. AL asks always, NE or
                               nothing never, ER where it was not stored, SU where it was; both may end in silence
    never to be stored         AR or CR: not the kind of message that is taken here
    no MSH that can be read    AR

Where the accept acknowledgement says that nothing was stored, there is nothing left that an application could answer.
Anything else in these fields is a maker's own (Mindray BC writes the kind of message into MSH-16) and asks for nothing.
The application answers an order with the response that belongs to it (ORL^O34 to OML^O33), everything else with ACK.

Stored is what counts, not understood: a message that nobody could read yet is answered AA or CA and waits in
quarantine, because AE makes many analysers stop, or send the same again for ever. A refusal carries ERR (from v2.5 on)
with the reason. The control ids are derived from the message answered, so the same message gets the same answers.
"""

import hashlib
import re
from collections.abc import Iterator
from typing import Literal

from instruments.errors import Refused
from parsers.canonical_marks import APPLICATION
from parsers.er7 import Encoding, Message, Segment, parse_message, split_messages
from parsers.errors import ParseError
from pipeline.hl7.timestamps import to_ts

Level = Literal["C", "A"]
"""Of the accept acknowledgement (commit) or the application's; the first letter of MSA-1."""
ON_SUCCESS, ON_ERROR = frozenset({"AL", "SU"}), frozenset({"AL", "ER"})
WISHES = frozenset({"AL", "NE", "ER", "SU"})
RESPONSES = {
    ("OML", "O21"): ("ORL", "O22", "ORL_O22"),
    ("OML", "O33"): ("ORL", "O34", "ORL_O34"),
    ("OML", "O35"): ("ORL", "O36", "ORL_O36"),
    ("ORM", "O01"): ("ORR", "O02", "ORR_O02"),
}
"""What the application answers to orders: type, event, structure."""
HEADER_END = re.compile(rb"[\r\n]")
FIRST_VERSION_WITH_ERR = (2, 5)
CONDITIONS = {
    "100": "Segment sequence error",
    "101": "Required field missing",
    "200": "Unsupported message type",
    "207": "Application internal error",
}
"""Those of HL7 table 0357 that we give."""


def acknowledge(payload: bytes, *, refused: Refused | None, now: str) -> tuple[bytes, ...]:
    """As many answers as a message asks for, as bytes in its own character set, without MLLP framing.

    `now` is the time of answering, ISO 8601.
    """
    message = _readable(payload)
    if message is None:
        return (_rejection(payload, now),)
    return tuple(
        _answer(message, payload, level, refused, now) for level in _levels(message.header, stored=refused is None)
    )


def _levels(header: Segment, *, stored: bool) -> Iterator[Level]:
    """Who answers: the commit level, the application, both, or nobody."""
    accept, application = (header.value(number) if header.value(number) in WISHES else "" for number in (15, 16))
    asked = ON_SUCCESS if stored else ON_ERROR
    if not accept and not application:
        yield "A"
        return
    if accept in asked:
        yield "C"
    if application in asked and (stored or accept not in asked):
        yield "A"


def _answer(message: Message, payload: bytes, level: Level, refused: Refused | None, now: str) -> bytes:
    lines = [_header(message.header, payload, level, now), _verdict(message.header, level, refused)]
    if refused and _version(message.header) >= FIRST_VERSION_WITH_ERR:
        advice = "sending it again is of no use" if refused.for_good else "send it again"
        lines.append(_error(refused.code, f"{refused}; {advice}", message.encoding))
    return _lines(lines, message.encoding)


def _readable(payload: bytes) -> Message | None:
    """The message as far as its answer needs it, which is its header."""
    try:
        if payload.startswith(b"MSH"):
            return parse_message(HEADER_END.split(payload, maxsplit=1)[0])
        return parse_message(split_messages(payload).messages[0])
    except (ParseError, IndexError):
        return None


def _header(header: Segment, payload: bytes, level: Level, now: str) -> str:
    """MSH with the two ends of the message swapped; its fields are handed back as they stood."""
    response = RESPONSES.get((header.value(9), header.value(9, 2))) if level == "A" else None
    kind = header.encoding.component.join(response or ["ACK", *header.components(9)[1:2], "ACK"])
    places = [header.field(number) for number in (5, 6, 3, 4)]
    purpose, version, charset = header.field(11) or "P", header.field(12) or "2.5.1", header.field(18)
    fields = [*places, to_ts(now), "", kind, _control_id(payload, level), purpose, version, "", "", "", "", "", charset]
    return _joined(["MSH", header.field(2), *fields], header.encoding)


def _verdict(header: Segment, level: Level, refused: Refused | None) -> str:
    code = level + ("A" if not refused else "R" if refused.for_good else "E")
    return _joined(["MSA", code, header.field(10)], header.encoding)


def _error(code: str, text: str, encoding: Encoding) -> str:
    condition = encoding.component.join([code, CONDITIONS[code], "HL70357"])
    return _joined(["ERR", "", "", condition, "E", "", "", "", _plain(text, encoding)], encoding)


def _plain(text: str, encoding: Encoding) -> str:
    """The text without anything that the message's own separators would make of it."""
    return "".join(" " if each in (*encoding, "\r", "\n") else each for each in text)


def _version(header: Segment) -> tuple[int, ...]:
    return tuple(int(part) for part in header.value(12).split(".") if part.isdigit())


def _rejection(payload: bytes, now: str) -> bytes:
    encoding = Encoding()
    header = f"MSH|^~\\&|{APPLICATION}||||{to_ts(now)}||ACK|{_control_id(payload, 'A')}|P|2.5.1"
    error = _error("100", "The message does not begin with a readable MSH segment", encoding)
    return _lines([header, "MSA|AR|", error], encoding)


def _control_id(payload: bytes, level: Level) -> str:
    return level + hashlib.sha256(payload).hexdigest()[:15].upper()


def _joined(fields: list[str], encoding: Encoding) -> str:
    return encoding.field.join(fields).rstrip(encoding.field)


def _lines(segments: list[str], encoding: Encoding) -> bytes:
    return "".join(f"{segment}\r" for segment in segments).encode(encoding.codec)
