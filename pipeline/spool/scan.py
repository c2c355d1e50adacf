"""Reading a segment from one offset to another: whole frames, and the stretches between them that are not."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, Literal

import msgspec

from pipeline.spool.frames import HEADER_SIZE, MAGIC, Frame, decode_body, decode_header

_BUFFER = 1 << 16
_CHUNK = 1 << 20


class Damage(msgspec.Struct, frozen=True, order=True):
    """A stretch of a segment that cannot be read.

    `torn`: a write that did not end, so that nothing in it was ever acknowledged. `corrupt`: bytes that were on the
    disk and have changed. `missing`: a segment that the next one names is gone. `foreign`: the segment is another
    spool's. All but `torn` are failures of integrity.
    """

    segment: str
    offset: int
    length: int
    kind: Literal["torn", "corrupt", "missing", "foreign"]

    def __str__(self) -> str:
        return (
            f"spool segment {self.segment}, bytes {self.offset} to {self.offset + self.length}: {_MEANING[self.kind]}"
        )


def faults(damages: Iterable[Damage], lost: Sequence[str]) -> list[str]:
    """Every failure of integrity in a sentence, where `lost` are the receipts that the store has and the spool has not.

    A torn write is one only if there are such: of messages of one write the spool alone cannot tell that they were
    acknowledged; the store can.
    """
    told = [str(damage) for damage in damages if damage.kind != "torn" or lost]
    return told + [f"store: the receipt {receipt} is not in the spool" for receipt in lost]


_MEANING = {
    "torn": "a write that did not end; nothing in it was acknowledged, and the bytes are kept where they are",
    "corrupt": "not a whole frame; expected one, for the bytes were on the disk once; copy the folder, check the disk, "
    "and put the segment back from the backup",
    "missing": "the file is not there, but the next segment names it; put it back from the backup",
    "foreign": "expected a segment of this spool, found another spool's; move it out, or put both back from one backup",
}


def scan(path: Path, first: int, start: int, end: int, *, sealed: bool) -> Iterator[Frame | Damage]:
    """Everything between two offsets, in order. `sealed` says that every byte before `end` was acknowledged."""
    with path.open("rb", buffering=max(HEADER_SIZE, min(_BUFFER, end - start))) as file:
        while start < end:
            frame = _frame_at(file, first, start, end) or _next_frame(file, first, start + 1, end)
            if frame is None:
                yield Damage(path.name, start, end - start, "corrupt" if sealed else "torn")
                return
            if frame.offset > start:
                yield Damage(path.name, start, frame.offset - start, "corrupt" if frame.synced > start else "torn")
            yield frame
            start = frame.end


def _frame_at(file: BinaryIO, first: int, offset: int, end: int) -> Frame | None:
    file.seek(offset)
    header = decode_header(file.read(HEADER_SIZE), first, offset)
    if header is None:
        return None
    behind = offset + HEADER_SIZE + header.body_length
    body = decode_body(file.read(header.body_length), header) if behind <= end else None
    return body and Frame(offset, behind, header.synced, *body)


def _next_frame(file: BinaryIO, first: int, start: int, end: int) -> Frame | None:
    frames = (_frame_at(file, first, offset, end) for offset in _magics(file, start, end))
    return next((frame for frame in frames if frame), None)


def _magics(file: BinaryIO, start: int, end: int) -> Iterator[int]:
    """Offsets at which the magic stands; chunks overlap by three bytes, so that none is missed between two."""
    while start < end:
        file.seek(start)
        chunk = file.read(min(_CHUNK, end - start))
        found = chunk.find(MAGIC)
        while found >= 0:
            yield start + found
            found = chunk.find(MAGIC, found + 1)
        start += max(len(chunk) - len(MAGIC) + 1, 1) if chunk else end
