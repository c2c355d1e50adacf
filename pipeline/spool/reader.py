"""Reading a spool: in order from any number on, or one frame by its number.

A reader needs no lock and changes nothing. It sees what was on the disk when it was opened; from a spool that is being
written it may also see frames whose acknowledgement is still under way.
"""

import threading
from bisect import bisect_right
from collections.abc import Iterator
from pathlib import Path

from pipeline.spool.frames import Envelope, Frame, Kind
from pipeline.spool.scan import Damage
from pipeline.spool.segments import Segment, SegmentHeader, segment_paths


class SpoolReader:
    """The frames of a spool folder, read-only; safe to share between threads.

    `spool_id` is sixteen hexadecimal digits, made once, empty if no segment says it. `damages` grows as damage is met.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.segments = [Segment(path, path.stat().st_size, sealed=False) for path in segment_paths(folder)]
        self.damages: set[Damage] = set()
        self.headers = [segment.header() for segment in self.segments]
        self.spool_id = next((header.spool for header in self.headers if header), "")
        self._indexing = threading.Lock()
        for index, header in enumerate(self.headers):
            if header is not None:
                self._heed(header, index)

    def _heed(self, header: SegmentHeader, index: int) -> None:
        """Take a header's word for where the segment before it ends and which spool it belongs to."""
        name = self.segments[index].path.name
        before = self.segments[index - 1] if index else None
        if before is not None and before.path.name == header.previous:
            if before.end > header.end:
                self.damages.add(Damage(header.previous, header.end, before.end - header.end, "torn"))
            before.end, before.sealed = header.end, True
        elif header.previous:
            self.damages.add(Damage(header.previous, 0, header.end, "missing"))
        if header.spool != self.spool_id:
            self.damages.add(Damage(name, 0, self.segments[index].end, "foreign"))

    def read(self, after: int = 0) -> Iterator[tuple[Envelope, bytes]]:
        """Committed frames numbered higher than `after`, in order; a damaged stretch is left out and noted."""
        index = self._position(after + 1)
        while index < len(self.segments):
            newest = index == len(self.segments) - 1  # asked before its end: only the newest segment still grows
            for frame in self._frames(self.segments[index], after):
                yield frame.envelope, frame.payload
                after = frame.envelope.seq
            if newest:
                return
            index += 1

    def _frames(self, segment: Segment, after: int) -> Iterator[Frame]:
        start = 0
        if after >= segment.first:
            self._learn(segment)
            start = segment.offset_from(after + 1)
        for found in segment.scan(start):
            if isinstance(found, Damage):
                self.damages.add(found)
            elif found.envelope.kind is not Kind.SEGMENT:
                yield found

    def _learn(self, segment: Segment) -> None:
        """Learn where the segment's frames lie, once."""
        with self._indexing:
            if segment.offsets is None:
                segment.learn([(frame.envelope.seq, frame.offset) for frame in self._frames(segment, 0)])

    def frame(self, seq: int) -> Frame:
        """One frame by its number. Raises KeyError if the spool has none, or none that can be read."""
        index = self._position(seq)
        if index < len(self.segments):
            segment = self.segments[index]
            self._learn(segment)
            found = next(segment.scan(segment.offset_from(seq)), None)
            if isinstance(found, Frame) and found.envelope.seq == seq:
                return found
        raise KeyError(f"the spool has no readable frame {seq}; `graftline verify` says whether it is damaged")

    def envelope(self, seq: int) -> Envelope:
        """The envelope of one frame. Raises KeyError."""
        return self.frame(seq).envelope

    def payload(self, seq: int) -> bytes:
        """The bytes of one frame. Raises KeyError."""
        return self.frame(seq).payload

    def _position(self, seq: int) -> int:
        """Position of the segment that holds a number, if any does."""
        return max(bisect_right(self.segments, seq, key=lambda segment: segment.first) - 1, 0)


def verify(folder: Path) -> list[Damage]:
    """Every stretch of the spool that cannot be read, in order. Reads everything, changes nothing."""
    return _damages(SpoolReader(folder), after=0)


def glance(folder: Path) -> list[Damage]:
    """Damage to the newest segment, and segments that do not join; the older ones are not read through."""
    reader = SpoolReader(folder)
    return _damages(reader, after=reader.segments[-1].first - 1 if reader.segments else 0)


def _damages(reader: SpoolReader, after: int) -> list[Damage]:
    for _ in reader.read(after):
        pass
    return sorted(reader.damages)
