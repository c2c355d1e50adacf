"""The frame: how one arrival lies on the disk, and how damage to it is told from an arrival that never ended.

    offset  0  magic            4 bytes   89 47 46 31; the high bit shows a copy that lost it
            4  envelope length  u32       all numbers are big-endian
            8  payload length   u32
           12  synced           u32       bytes of this segment that were on the disk before this frame was written
           16  header check     u32       CRC-32 of the sixteen bytes above, begun with the frame's place
           20  envelope         msgpack   who sent it, when, its number, its SHA-256: see `Envelope`
            .  payload          bytes     as they came
            .  frame check      u32       the header check, continued over envelope and payload

A frame is believed when its header check, its frame check and the payload's SHA-256 agree. Three things can be wrong:

* The machine stopped while the frame was being written. Nothing acknowledged is concerned: the frame never counted.
* The disk changed bytes that were acknowledged. This must be reported and must never be tidied away.
* The payload itself holds a frame, for somebody may send us a spool as a file. Reading that goes on behind a damaged
  stretch must not take such a frame for one of ours, so both checks begin with the CRC-32 of the frame's place (the
  segment's first number and the offset, u64 each): a frame is valid where it was written and nowhere else. For the
  same reason a sector that turns up in the wrong place is noticed.

`synced` tells the first from the second. One write may carry several frames, and a power cut can keep the later ones
and lose the earlier. If any frame behind the unreadable stretch was written when the stretch was already on the disk,
the stretch was acknowledged and is corrupt. If none was, all that lies behind it went out in the same write, and
whether that was acknowledged the spool alone cannot tell: this is reported as well, as a doubt.
"""

import enum
import hashlib
import struct
import zlib
from typing import NamedTuple

import msgspec

MAGIC = b"\x89GF1"
MOST_PAYLOAD = 1 << 30
_FRONT = struct.Struct(">4sIII")
_CHECK = struct.Struct(">I")
_PLACE = struct.Struct(">QQ")
HEADER_SIZE = _FRONT.size + _CHECK.size
LEAST_FRAME = HEADER_SIZE + _CHECK.size
"""No frame is shorter than this, in bytes."""


class Kind(enum.StrEnum):
    """What a frame holds."""

    MESSAGE = "message"
    """A receipt: everything one message, file or run brought."""
    PART = "part"
    """A piece of a message that has not ended; `refers` names the piece before it."""
    DECISION = "decision"
    """A person's or the program's decision that must survive a rebuild; the payload is JSON."""
    SEGMENT = "segment"
    """The first frame of a segment file: see `segments.SegmentHeader`."""


class Envelope(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is known of a payload besides its bytes. Order is `seq`, never a clock; `wall_ns` is UTC since 1970."""

    seq: int
    kind: Kind
    source: str
    sha256: bytes
    size: int
    wall_ns: int
    mono_ns: int
    name: str = ""
    format: str = ""
    whole: bool = True
    note: str = ""
    refers: tuple[int, ...] = ()
    """For a message, the parts that it takes up; for a decision, the receipts that it is about."""


class Frame(NamedTuple):
    """A frame that was read back whole, and where: `offset` to `end` in bytes of its segment."""

    offset: int
    end: int
    synced: int
    envelope: Envelope
    payload: bytes


class Header(NamedTuple):
    """The first twenty bytes of a frame, believed."""

    envelope_length: int
    payload_length: int
    synced: int
    check: int

    @property
    def body_length(self) -> int:
        """Bytes of the frame behind its header."""
        return self.envelope_length + self.payload_length + _CHECK.size


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Envelope)


def encode(envelope: Envelope, payload: bytes, *, first: int, offset: int, synced: int) -> bytes:
    """The frame's bytes, valid at `offset` of the segment that begins with number `first`."""
    packed = _encoder.encode(envelope)
    front = _FRONT.pack(MAGIC, len(packed), len(payload), synced)
    check = zlib.crc32(front, _place(first, offset))
    whole = zlib.crc32(payload, zlib.crc32(packed, check))
    return b"".join((front, _CHECK.pack(check), packed, payload, _CHECK.pack(whole)))


def decode_header(head: bytes, first: int, offset: int) -> Header | None:
    """The header at `offset`; None if these bytes are not one."""
    if len(head) < HEADER_SIZE or not head.startswith(MAGIC):
        return None
    _, envelope_length, payload_length, synced = _FRONT.unpack_from(head)
    (check,) = _CHECK.unpack_from(head, _FRONT.size)
    if check != zlib.crc32(head[: _FRONT.size], _place(first, offset)):
        return None
    return Header(envelope_length, payload_length, synced, check)


def decode_body(body: bytes, header: Header) -> tuple[Envelope, bytes] | None:
    """Envelope and payload behind a header; None if any sum is wrong or bytes are missing."""
    middle, end = header.envelope_length, header.envelope_length + header.payload_length
    if len(body) < header.body_length or zlib.crc32(body[:end], header.check) != _CHECK.unpack_from(body, end)[0]:
        return None
    try:
        envelope = _decoder.decode(body[:middle])
    except msgspec.DecodeError:
        return None
    payload = body[middle:end]
    return (envelope, payload) if hashlib.sha256(payload).digest() == envelope.sha256 else None


def _place(first: int, offset: int) -> int:
    return zlib.crc32(_PLACE.pack(first, offset))
