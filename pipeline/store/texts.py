"""Texts on their way into the store: rows as JSON, and a key to find equal texts by."""

from hashlib import blake2b

import msgspec

_encoder = msgspec.json.Encoder()


def json_text(value: object) -> str:
    """A value as JSON."""
    return _encoder.encode(value).decode()


def key64(*parts: str) -> int:
    """A 64-bit key of these texts: equal texts have equal keys; equal keys are then compared by their texts."""
    return int.from_bytes(blake2b("\x1f".join(parts).encode(), digest_size=8).digest(), "big")
