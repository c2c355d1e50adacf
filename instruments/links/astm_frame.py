"""Frames of the ASTM link layer (ASTM E1381, LIS01-A2), taken and made for themselves.

    STX FN text ETB|ETX C1 C2 CR LF

FN is one digit that counts 1..7,0,1.. within a session. C1 C2 is the sum of the bytes from FN to ETB or ETX, modulo
256, as two hex digits. ETB says that more text of this message or record follows.
"""

from typing import Final, NamedTuple

STX, ETX, EOT, ENQ, ACK, LF, CR, NAK, ETB, NUL = 0x02, 0x03, 0x04, 0x05, 0x06, 0x0A, 0x0D, 0x15, 0x17, 0x00
FRAME_NUMBERS: Final = b"01234567"
SHORTEST_FRAME: Final = 6
TEXT_ENDS: Final = (bytes([ETB]), bytes([ETX]))
TRAILER: Final = 4
"""Bytes from ETB or ETX to CR."""
LONGEST_TEXT: Final = 240
"""The standard's own limit up to LIS1-A; LIS01-A2 allows more, and not every receiver does."""
RESTRICTED: Final = bytes((0x01, STX, ETX, EOT, ENQ, ACK, LF, 0x10, 0x11, 0x12, 0x13, 0x14, NAK, 0x16, ETB))
"""Bytes that no text may hold: SOH, STX, ETX, EOT, ENQ, ACK, LF, DLE, DC1 to DC4, NAK, SYN, ETB."""


class FrameError(ValueError):
    """Bytes that are no valid frame; the text says why without quoting any of the message."""


class Frame(NamedTuple):
    """A frame whose checksum is right; `last` is true for ETX."""

    number: int
    text: bytes
    last: bool


def checksum(body: bytes) -> bytes:
    """The two hex digits behind `body`, which runs from the frame number to ETB or ETX."""
    return b"%02X" % (sum(body) & 0xFF)


def read_frame(raw: bytes) -> Frame:
    """The frame in these bytes, STX to CR. Raises FrameError."""
    if raw[0] != STX or len(raw) < SHORTEST_FRAME:
        raise FrameError("a frame without its beginning")
    body, stated = raw[1:-3], raw[-3:-1].upper()
    if stated != checksum(body):
        raise FrameError(f"the checksum is {ascii(stated)[2:-1]}, the bytes sum to {checksum(body).decode()}")
    if body[0] not in FRAME_NUMBERS:
        raise FrameError("the frame number is not a digit from 0 to 7")
    return Frame(body[0] - FRAME_NUMBERS[0], body[1:-1], body[-1] == ETX)


def write_frame(frame: Frame) -> bytes:
    """The frame as it goes over the line, STX to LF."""
    body = b"%d" % frame.number + frame.text + bytes([ETX if frame.last else ETB])
    return bytes([STX]) + body + checksum(body) + bytes([CR, LF])


def packed(message: bytes, longest: int = LONGEST_TEXT) -> list[Frame]:
    """The frames of a message that is cut wherever a frame is full; only the last one ends in ETX."""
    return _numbered(_cut(message, longest))


def by_record(message: bytes, longest: int = LONGEST_TEXT) -> list[Frame]:
    """The frames of a message whose every record begins one; the frame that ends a record ends in ETX."""
    records = [record + b"\r" for record in message.removesuffix(b"\r").split(b"\r")]
    if not message.endswith(b"\r"):
        records[-1] = records[-1][:-1]
    return _numbered([piece for record in records for piece in _cut(record, longest)])


def _cut(text: bytes, longest: int) -> list[tuple[bytes, bool]]:
    pieces = [text[at : at + longest] for at in range(0, len(text), longest)]
    return [(piece, number == len(pieces)) for number, piece in enumerate(pieces, start=1)]


def _numbered(pieces: list[tuple[bytes, bool]]) -> list[Frame]:
    return [Frame(position % 8, text, last) for position, (text, last) in enumerate(pieces, start=1)]
