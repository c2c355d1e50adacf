"""A frame is the same bytes everywhere, and valid only where it was written."""

import hashlib
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.spool.frames import (
    HEADER_SIZE,
    LEAST_FRAME,
    Envelope,
    Kind,
    decode_body,
    decode_header,
    encode,
)

PAYLOAD = b"H|\\^&|||INVENTED\r"
ENVELOPE = Envelope(
    seq=7,
    kind=Kind.MESSAGE,
    source="xn-1",
    sha256=hashlib.sha256(PAYLOAD).digest(),
    size=len(PAYLOAD),
    wall_ns=1_767_225_600_000_000_000,
    mono_ns=5,
)
GOLDEN = bytes.fromhex(
    "8947463100000068000000110000012cca78f66587a373657107a46b696e64a76d657373616765a6"
    "736f75726365a4786e2d31a6736861323536c42037d841c6b750b95510153c996ff6c40d0e4c23ef"
    "4252f00bdebcf84d5efa8181a473697a6511a777616c6c5f6e73cf18867251edfa0000a76d6f6e6f"
    "5f6e7305487c5c5e267c7c7c494e56454e5445440d58c4986a"
)


def decode(frame: bytes, first: int, offset: int) -> tuple[Envelope, bytes] | None:
    header = decode_header(frame[:HEADER_SIZE], first, offset)
    return header and decode_body(frame[HEADER_SIZE:], header)


def test_a_frame_is_these_bytes() -> None:
    assert encode(ENVELOPE, PAYLOAD, first=1, offset=300, synced=300) == GOLDEN


def test_the_drawing_is_true() -> None:
    """As the drawing at the top of frames.py says, read without the code that wrote it."""
    envelope_length, payload_length, synced, check = (
        int.from_bytes(GOLDEN[at : at + 4], "big") for at in (4, 8, 12, 16)
    )
    place = zlib.crc32((1).to_bytes(8, "big") + (300).to_bytes(8, "big"))
    body = GOLDEN[20:-4]
    assert GOLDEN[:4] == b"\x89GF1"
    assert (payload_length, synced) == (len(PAYLOAD), 300)
    assert check == zlib.crc32(GOLDEN[:16], place)
    assert body[envelope_length:] == PAYLOAD
    assert int.from_bytes(GOLDEN[-4:], "big") == zlib.crc32(body, check)


@pytest.mark.parametrize(("first", "offset"), [(2, 300), (1, 301), (1, 0)])
def test_a_frame_is_not_valid_in_another_place(first: int, offset: int) -> None:
    assert decode(GOLDEN, 1, 300) == (ENVELOPE, PAYLOAD)
    assert decode(GOLDEN, first, offset) is None


def test_a_payload_that_is_not_the_one_summed_is_refused() -> None:
    """The two sums guard each other: here the CRC is right and the SHA-256 is not."""
    assert decode(encode(ENVELOPE, PAYLOAD[::-1], first=1, offset=0, synced=0), 1, 0) is None


def test_an_envelope_that_is_none_is_refused() -> None:
    foreign = b"\xc0"
    header = decode_header(encode(ENVELOPE, b"", first=1, offset=0, synced=0)[:HEADER_SIZE], 1, 0)
    assert header is not None
    header = header._replace(envelope_length=1, payload_length=0)
    assert decode_body(foreign + zlib.crc32(foreign, header.check).to_bytes(4, "big"), header) is None


@given(st.binary(max_size=300), st.integers(1, 2**63), st.integers(0, 2**31), st.integers(0, 2**31))
def test_what_is_encoded_is_decoded(payload: bytes, first: int, offset: int, synced: int) -> None:
    envelope = Envelope(
        seq=first,
        kind=Kind.PART,
        source="invented",
        sha256=hashlib.sha256(payload).digest(),
        size=len(payload),
        wall_ns=1,
        mono_ns=2,
    )
    frame = encode(envelope, payload, first=first, offset=offset, synced=synced)
    assert len(frame) >= LEAST_FRAME
    assert decode(frame, first, offset) == (envelope, payload)


@given(st.integers(0, len(GOLDEN) - 1), st.integers(0, 7))
def test_no_single_bit_goes_unnoticed(at: int, bit: int) -> None:
    damaged = bytearray(GOLDEN)
    damaged[at] ^= 1 << bit
    assert decode(bytes(damaged), 1, 300) is None


@given(st.integers(0, len(GOLDEN) - 1))
def test_no_missing_end_goes_unnoticed(length: int) -> None:
    assert decode(GOLDEN[:length], 1, 300) is None
