"""Streams of bytes that no instrument sends: real ones cut, doubled, flipped and mixed, drawn from one seed."""

import random
from collections.abc import Iterator
from typing import Final

from instruments.links.astm_frame import by_record, packed, write_frame
from instruments.links.mllp import frame

MESSAGE: Final = b"H|\\^&|||INVENTED\rO|1|A9999||^^^WBC\rR|1|^^^WBC|5.61\rL|1|N\r"
PIECES: Final = (
    b"\x05",
    b"\x04",
    b"\x06",
    b"\x15",
    b"\x0b",
    b"\x1c\r",
    b"\r\n",
    b"\0\0",
    *(write_frame(each) for each in (*by_record(MESSAGE), *packed(MESSAGE, 25))),
    frame(b"MSH|^~\\&|INVENTED\r"),
    MESSAGE,
)


def fuzzed(seed: int, count: int) -> Iterator[list[bytes]]:
    """So many streams, each as the reads in which it arrives."""
    chance = random.Random(seed)  # noqa: S311  # repeatable on purpose
    for _ in range(count):
        stream = b"".join(_damaged(chance, chance.choice(PIECES)) for _ in range(chance.randint(1, 12)))
        cuts = sorted(chance.randrange(len(stream) + 1) for _ in range(chance.randint(0, 4)))
        yield [stream[begin:end] for begin, end in zip([0, *cuts], [*cuts, len(stream)], strict=True)]


def _damaged(chance: random.Random, piece: bytes) -> bytes:
    at = chance.randrange(len(piece))
    match chance.randrange(8):
        case 0:
            return piece[:at]
        case 1:
            return piece[:at] + bytes([chance.randrange(256)]) + piece[at + 1 :]
        case 2:
            return piece[:at] + piece[at + 1 :]
        case 3:
            return piece + piece
        case _:
            return piece
