"""Reading a segment from one offset to another: whole frames, and the stretches between them that are not."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, Literal

import msgspec

from pipeline.spool.frames import HEADER_SIZE, MAGIC, Frame, Header, decode_body, decode_header

_BUFFER = 1 << 16
_CHUNK = 1 << 20


class Damage(msgspec.Struct, frozen=True, order=True):
    """A stretch of a segment that cannot be read.

    `torn`: the end of a segment, of which the spool alone cannot tell more than that a write did not end. `doubtful`:
    the same, but whole frames of that write lie behind it. `corrupt`: bytes that were on the disk and have changed.
    `missing`: a segment that the next one names is gone. `foreign`: the segment is another spool's. All but `torn` are
    failures of integrity.
    """

    segment: str
    offset: int
    length: int
    kind: Literal["torn", "doubtful", "corrupt", "missing", "foreign"]

    def __str__(self) -> str:
        return (
            f"spool segment {self.segment}, bytes {self.offset} to {self.offset + self.length}: {_MEANING[self.kind]}"
        )


def faults(damages: Iterable[Damage], lost: Sequence[str]) -> list[str]:
    """Every failure of integrity in a sentence, where `lost` are the receipts that the store has and the spool has not.

    A torn write is one only if there are such: that what was last in a segment was acknowledged the spool alone cannot
    tell; the store can.
    """
    told = [str(damage) for damage in damages if damage.kind != "torn" or lost]
    return told + [f"store: the receipt {receipt} is not in the spool" for receipt in lost]


_MEANING = {
    "torn": "a write that did not end; but if the store has a receipt that the spool has not, the end of what was "
    "acknowledged, cut off or changed: copy the folder, check the disk, and put the segment back from the backup",
    "doubtful": "not a whole frame, but whole ones of the same write lie behind it; where the power failed during that "
    "write, it was never acknowledged, and otherwise the disk has changed it: copy the folder, check the disk, and put "
    "the segment back from the backup",
    "corrupt": "not a whole frame; expected one, for the bytes were on the disk once; copy the folder, check the disk, "
    "and put the segment back from the backup",
    "missing": "the file is not there, but the next segment names it; put it back from the backup",
    "foreign": "expected a segment of this spool, found another spool's; move it out, or put both back from one backup",
}


def scan(path: Path, first: int, start: int, end: int, *, sealed: bool) -> Iterator[Frame | Damage]:
    """Everything between two offsets, in order. `sealed` says that the frame before `end` was once whole."""
    with path.open("rb", buffering=max(HEADER_SIZE, min(_BUFFER, end - start))) as file:
        while start < end:
            frame = _frame_at(file, first, start, end) or _next_frame(file, first, start + 1, end)
            if frame is None:
                known = sealed or _was_on_disk(file, first, start, end)
                yield Damage(path.name, start, end - start, "corrupt" if known else "torn")
                return
            if frame.offset > start:
                known = _was_on_disk(file, first, start, end)
                yield Damage(path.name, start, frame.offset - start, "corrupt" if known else "doubtful")
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


def _was_on_disk(file: BinaryIO, first: int, stretch: int, end: int) -> bool:
    """Whether anything behind a stretch was written when the stretch was on the disk; a header alone can say so."""
    return any(header.synced > stretch for header in _headers(file, first, stretch + 1, end))


def _headers(file: BinaryIO, first: int, start: int, end: int) -> Iterator[Header]:
    for offset in _magics(file, start, end):
        file.seek(offset)
        if header := decode_header(file.read(HEADER_SIZE), first, offset):
            yield header


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
