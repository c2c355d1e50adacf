r"""The answer to a received message: what the sender needs to know, which is whether it may forget the message.

    MSH-15, MSH-16 empty       original mode: AA stored, AE not stored
    MSH-15 asks for it         enhanced mode: CA stored, CE not stored
    MSH-15 does not            the application's answer, AA or AE
    never to be stored         AR or CR: not the kind of message that is taken here
    no MSH that can be read    AR

Stored is what counts, not understood: a message that nobody could read yet is answered AA or CA and waits in
quarantine, because AE makes many analysers stop, or send the same again for ever. A refusal carries ERR (from v2.5 on)
with the reason. The control id is derived from the message answered, so the same message gets the same answer.
"""

import hashlib
import re

from instruments.errors import Refused
from parsers.er7 import Encoding, Message, Segment, parse_message, split_messages
from parsers.errors import ParseError
from pipeline.hl7.timestamps import to_ts

APPLICATION = "GRAFTLINE"
ON_SUCCESS, ON_ERROR = frozenset({"AL", "SU"}), frozenset({"AL", "ER"})
HEADER_END = re.compile(rb"[\r\n]")
FIRST_VERSION_WITH_ERR = (2, 5)
CONDITIONS = {
    "100": "Segment sequence error",
    "101": "Required field missing",
    "200": "Unsupported message type",
    "207": "Application internal error",
}
"""Those of HL7 table 0357 that we give."""


def acknowledge(payload: bytes, *, refused: Refused | None, now: str) -> bytes:
    """The acknowledgement of a message as bytes in the message's own character set, without MLLP framing.

    `now` is the time of answering, ISO 8601. Always answers: a reply that nobody asked for is ignored by the sender,
    one that is missing stops it.
    """
    message = _readable(payload)
    if message is None:
        return _rejection(payload, now)
    lines = [_header(message.header, payload, now), _verdict(message.header, refused)]
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


def _header(header: Segment, payload: bytes, now: str) -> str:
    """MSH with the two ends of the message swapped; its fields are handed back as they stood."""
    kind = header.encoding.component.join(["ACK", *header.components(9)[1:2], "ACK"])
    places = [header.field(number) for number in (5, 6, 3, 4)]
    purpose, version, charset = header.field(11) or "P", header.field(12) or "2.5.1", header.field(18)
    fields = [*places, to_ts(now), "", kind, _control_id(payload), purpose, version, "", "", "", "", "", charset]
    return _joined(["MSH", header.field(2), *fields], header.encoding)


def _verdict(header: Segment, refused: Refused | None) -> str:
    commit = header.field(15) in (ON_ERROR if refused else ON_SUCCESS)
    code = ("C" if commit else "A") + ("A" if not refused else "R" if refused.for_good else "E")
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
    header = f"MSH|^~\\&|{APPLICATION}||||{to_ts(now)}||ACK|{_control_id(payload)}|P|2.5.1"
    error = _error("100", "The message does not begin with a readable MSH segment", encoding)
    return _lines([header, "MSA|AR|", error], encoding)


def _control_id(payload: bytes) -> str:
    return "G" + hashlib.sha256(payload).hexdigest()[:15].upper()


def _joined(fields: list[str], encoding: Encoding) -> str:
    return encoding.field.join(fields).rstrip(encoding.field)


def _lines(segments: list[str], encoding: Encoding) -> bytes:
    return "".join(f"{segment}\r" for segment in segments).encode(encoding.codec)
