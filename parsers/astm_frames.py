"""Captures of the ASTM link (E1381, LIS01-A2): frames taken off, checksums and numbers checked.

    STX number text ETB|ETX checksum checksum CR LF

The number runs 1..7, 0, 1... and starts at 1 again with a new message; the checksum is the sum of the bytes from the
number to ETB or ETX, modulo 256, in two hexadecimal digits. A frame that repeats the one before it word for word was
sent again after a lost acknowledgement and counts once.
"""

import re
from collections.abc import Iterator

from parsers.errors import ParseError

_FRAME = re.compile(rb"\x02([0-7])([^\x02\x03\x17]*)([\x03\x17])([0-9A-Fa-f]{2})")
_BETWEEN = re.compile(rb"[\r\n\x00\x04\x05\x06\x15]*")  # line ends and the link's own ENQ, EOT, ACK, NAK


def is_framed(raw: bytes) -> bool:
    """Whether these bytes are a capture with link frames."""
    return b"\x02" in raw[:64]


def unframed(raw: bytes) -> bytes:
    """The texts of all frames, joined. Raises ParseError on a damaged, missing or unfinished frame."""
    texts: list[bytes] = []
    number, text = b"0", b""
    for frame in _frames(raw):
        _check_sum(frame)
        if (frame[1], frame[2]) != (number, text):
            _check_number(frame, int(number))
            texts.append(frame[2])
        number, text = frame[1], frame[2]
    return b"".join(texts)


def _frames(raw: bytes) -> Iterator[re.Match[bytes]]:
    place = _after_control(raw, 0)
    while place < len(raw):
        frame = _FRAME.match(raw, place)
        if frame is None:
            raise ParseError(
                "a frame is damaged or unfinished",
                found=raw[place : place + 40].decode("latin-1"),
                where=f"byte {place}",
                expected="STX, a number from 0 to 7, text, ETB or ETX, two checksum digits",
                advice="The capture was cut or bytes were lost: have the analyser send the result again.",
            )
        yield frame
        place = _after_control(raw, frame.end())


def _after_control(raw: bytes, place: int) -> int:
    between = _BETWEEN.match(raw, place)
    return between.end() if between else place


def _check_sum(frame: re.Match[bytes]) -> None:
    computed = (sum(frame[1]) + sum(frame[2]) + sum(frame[3])) % 256
    if int(frame[4], 16) != computed:
        raise ParseError(
            "the checksum of a frame is wrong",
            found=frame[4].decode("ascii"),
            where=f"frame {frame[1].decode('ascii')} at byte {frame.start()}",
            expected=f"{computed:02X}",
            advice="Bytes were lost or changed on the line: have the analyser send the result again.",
        )


def _check_number(frame: re.Match[bytes], before: int) -> None:
    number, wanted = int(frame[1]), (before + 1) % 8
    if number != wanted and not (number == 1 and frame[2].startswith(b"H")):
        raise ParseError(
            "a frame is missing or out of order",
            found=str(number),
            where=f"byte {frame.start()}",
            expected=f"frame number {wanted}",
            advice="Have the analyser send the result again.",
        )
