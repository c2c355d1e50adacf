"""What went over a line, kept byte for byte with its times and directions, and people taken out of it on request.

A recording is JSON Lines, one piece a line: `{"at": seconds since the beginning, "side": who sent it, "sent": hex}`.
"""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final, Literal

import msgspec

from instruments.links.astm_frame import checksum

Side = Literal["instrument", "host"]

CUT: Final = rb"\x17[0-9A-Fa-f]{2}\r\n?\x02[0-7]"
"""Where one frame goes over into the next in the middle of a record."""
ASTM_PERSON: Final = re.compile(rb"(?:\A|(?<=[\r\n])|(?<=\x02[0-7]))P[^\w\s](?:[^\r\n\x03\x17]|%s)*" % CUT)
HL7_PERSON: Final = re.compile(rb"(?:\A|(?<=[\r\n\x0b]))PID[^\w\s][^\r\n\x1c]*")
CUTS: Final = re.compile(b"(%s)" % CUT)
FRAME: Final = re.compile(rb"\x02([0-7][^\x02\x03\x17]*[\x03\x17])[0-9A-Fa-f]{2}")


class Piece(msgspec.Struct, frozen=True):
    """Bytes that came together."""

    at: float
    side: Side
    sent: bytes


class _Line(msgspec.Struct, frozen=True):
    at: float
    side: Side
    sent: str


class Recorded(msgspec.Struct):
    """How much a recording holds."""

    pieces: int = 0
    bytes: int = 0


def write_recording(path: Path, pieces: Iterable[Piece]) -> Recorded:
    """Write a recording, each piece as it comes: what was heard stays, however the hearing ends. Raises OSError."""
    recorded = Recorded()
    with path.open("wb") as file:
        for each in pieces:
            file.write(msgspec.json.encode(_Line(round(each.at, 6), each.side, each.sent.hex())) + b"\n")
            file.flush()
            recorded.pieces += 1
            recorded.bytes += len(each.sent)
    return recorded


def read_recording(path: Path) -> list[Piece]:
    """Read a recording. Raises ValueError for what is none, OSError."""
    lines = msgspec.json.Decoder(_Line).decode_lines(path.read_bytes())
    return [Piece(line.at, line.side, bytes.fromhex(line.sent)) for line in lines]


def redacted(pieces: list[Piece]) -> list[Piece]:
    """The same recording with every letter and digit of people's records masked, and the checksums of frames put right.

    Lengths, times and directions stay. What names a person outside the records P and PID is not found: look through a
    recording before you give it away.
    """
    masked: dict[Side, bytes] = {
        side: _mask(b"".join(each.sent for each in pieces if each.side == side)) for side in ("instrument", "host")
    }
    return list(_cut_like(pieces, masked))


def _cut_like(pieces: list[Piece], streams: dict[Side, bytes]) -> Iterator[Piece]:
    at: dict[Side, int] = dict.fromkeys(streams, 0)
    for each in pieces:
        begin = at[each.side]
        at[each.side] = begin + len(each.sent)
        yield Piece(each.at, each.side, streams[each.side][begin : begin + len(each.sent)])


def _mask(stream: bytes) -> bytes:
    for person in (ASTM_PERSON, HL7_PERSON):
        stream = person.sub(_without_letters, stream)
    return FRAME.sub(lambda found: b"\x02" + found[1] + checksum(found[1]), stream)


def _without_letters(found: re.Match[bytes]) -> bytes:
    """The record with its name and its cuts left standing; bytes beyond ASCII are letters too."""
    name = 3 if found[0].startswith(b"PID") else 1
    pieces = CUTS.split(found[0][name:])
    kept = [piece if CUTS.fullmatch(piece) else _masked(piece) for piece in pieces]
    return found[0][:name] + b"".join(kept)


def _masked(value: bytes) -> bytes:
    return re.sub(rb"[A-Za-z\x80-\xff]", b"X", re.sub(rb"[0-9]", b"9", value))
