"""Segment files: named after the first number they hold, each naming the one before it and where that one ends.

A segment's end is what its successor says, not the file's length. When a write or a sync fails, or the machine stops in
the middle of a write, the segment is left as it is and the next one records how much of it counts; so bytes that were
refused can never come back as if they had been accepted, and nothing that was accepted is ever written over.
"""

import hashlib
import os
import re
from array import array
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import msgspec

from instruments.host import PRIVATE_FILE, sync_file, sync_folder
from pipeline.spool.frames import Envelope, Frame, Kind, encode
from pipeline.spool.scan import Damage, scan

_NAME = re.compile(r"\d{20}\.seg")
_BINARY: int = getattr(os, "O_BINARY", 0)  # Windows would write CR LF for LF
UNFINISHED = "*.new"


class SegmentHeader(msgspec.Struct, frozen=True, kw_only=True):
    """What the first frame of a segment says: the spool's id, its predecessor, and what was open when it began."""

    spool: str
    previous: str
    """File name of the segment before it; empty for the first."""
    end: int
    """Bytes of that segment that count."""
    last: int
    """The last number committed before this segment."""
    parts: Mapping[int, str]
    """Number and source of every part that no message had taken up."""


class Segment:
    """One segment file and how much of it counts."""

    def __init__(self, path: Path, end: int, *, sealed: bool) -> None:
        self.path = path
        self.first = int(path.stem)
        self.end = end
        self.sealed = sealed
        self.offsets: array[int] | None = None

    def scan(self, start: int = 0) -> Iterator[Frame | Damage]:
        """Frames and damage from an offset to the end."""
        return scan(self.path, self.first, start, self.end, sealed=self.sealed)

    def header(self) -> SegmentHeader | None:
        """What the segment says of itself; None if that cannot be read."""
        found = next(self.scan(), None)
        if not isinstance(found, Frame) or found.envelope.kind is not Kind.SEGMENT:
            return None
        return msgspec.json.decode(found.payload, type=SegmentHeader)

    def learn(self, places: Iterable[tuple[int, int]]) -> None:
        """Remember number and offset of frames; numbers come in rising order, those left out have no frame."""
        offsets = array("Q") if self.offsets is None else self.offsets
        for seq, offset in places:
            offsets.extend([0] * (seq - self.first - len(offsets)))
            offsets.append(offset)
        self.offsets = offsets

    def offset_from(self, seq: int) -> int:
        """Where the first frame numbered `seq` or higher lies; the end if there is none. Needs `offsets`."""
        known = self.offsets or ()
        later = (known[index] for index in range(max(seq - self.first, 0), len(known)))
        return next(filter(None, later), self.end)


def segment_paths(folder: Path) -> list[Path]:
    """The segment files of a spool, in order."""
    return sorted(path for path in folder.iterdir() if _NAME.fullmatch(path.name))


def create_segment(folder: Path, first: int, header: SegmentHeader, wall_ns: int, mono_ns: int) -> Segment:
    """A new segment, on the disk with its name before anything is put into it. Raises OSError."""
    payload = msgspec.json.encode(header)
    envelope = Envelope(
        seq=first,
        kind=Kind.SEGMENT,
        source="",
        sha256=hashlib.sha256(payload).digest(),
        size=len(payload),
        wall_ns=wall_ns,
        mono_ns=mono_ns,
    )
    frame = encode(envelope, payload, first=first, offset=0, synced=0)
    path = folder / f"{first:020d}.seg"
    unfinished = path.with_suffix(".new")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | _BINARY, PRIVATE_FILE)
    try:
        write_all(descriptor, frame)
        sync_file(descriptor)
    finally:
        os.close(descriptor)
    unfinished.replace(path)
    sync_folder(folder)
    return Segment(path, len(frame), sealed=True)


def open_segment(path: Path) -> int:
    """A descriptor that appends to the segment. Raises OSError."""
    return os.open(path, os.O_WRONLY | os.O_APPEND | _BINARY)


def is_still(path: Path, descriptor: int, end: int) -> bool:
    """Whether a descriptor is that of the file under this name, which ends where it was left.

    Another file lies there when somebody has put a backup into its place; it is longer when another program writes it.
    """
    try:
        named = path.stat()
        return os.path.samestat(os.fstat(descriptor), named) and named.st_size == end
    except OSError:
        return False


def write_all(descriptor: int, chunk: bytes) -> None:
    """Hand over every byte, however many the system takes at a time. Raises OSError."""
    written = os.write(descriptor, chunk)
    while written < len(chunk):
        chunk = chunk[written:]
        written = os.write(descriptor, chunk)
