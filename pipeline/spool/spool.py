"""The spool: what was acknowledged is on the disk, and what is on the disk was received.

Group commit: producers queue their arrivals, and whoever finds the pen free takes it and writes everything queued with
one write and one sync; the others wait until their arrival is settled or the pen is free. So what arrives during a sync
shares the next one, and a single producer never waits for another thread.

After a write or sync that failed, the system may say of the same descriptor that all is well while the bytes are lost.
So nothing is tried again there: everything in that write is refused, the segment is left behind where it last was
known to be on the disk, and the next append begins a new one (see `segments`).
"""

import contextlib
import errno
import hashlib
import os
import secrets
import shutil
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from pathlib import Path
from types import TracebackType
from typing import Self, TypedDict, Unpack

import msgspec

from instruments.errors import Refused
from instruments.host import private_folder, sync_file, sync_folder
from pipeline.errors import Unavailable
from pipeline.spool.frames import MOST_PAYLOAD, Envelope, Frame, Kind, encode
from pipeline.spool.lock import take_lock
from pipeline.spool.reader import SpoolReader
from pipeline.spool.recovery import recover
from pipeline.spool.segments import (
    UNFINISHED,
    Segment,
    SegmentHeader,
    create_segment,
    is_still,
    open_segment,
    write_all,
)

SEGMENT_LIMIT = 64 * 1024 * 1024
LEAST_FREE = 64 * 1024 * 1024
_MOST_PER_WRITE = 8 * 1024 * 1024
_SECOND = 1_000_000_000

Clock = Callable[[], tuple[int, int]]
"""Wall time (UTC) and monotonic time, both in nanoseconds."""


def system_clock() -> tuple[int, int]:
    """The machine's own clocks."""
    return time.time_ns(), time.monotonic_ns()


def receipt_id(envelope: Envelope) -> str:
    """The name under which a message is known from here to the feed."""
    return f"R{envelope.seq}-{envelope.sha256.hex()[:6]}"


class About(TypedDict, total=False):
    """What may be said of an arrival besides its bytes: see `frames.Envelope`."""

    name: str
    format: str
    whole: bool
    note: str
    refers: tuple[int, ...]


class _Arrival:
    """An append on its way: settled when its bytes are on the disk or have been refused."""

    __slots__ = ("envelope", "fault", "payload", "settled")

    def __init__(self, envelope: Envelope, payload: bytes) -> None:
        self.envelope = envelope
        self.payload = payload
        self.settled = False
        self.fault: BaseException | None = None


class Spool(SpoolReader):
    """The one appender of a spool folder, and a reader of what it has committed. Safe to share between threads.

    `low_water` is the free space in bytes below which appends are refused. Raises Unavailable if another process has
    the spool or the disk does not take it.
    """

    def __init__(
        self,
        folder: Path,
        *,
        low_water: int = LEAST_FREE,
        segment_limit: int = SEGMENT_LIMIT,
        clock: Clock = system_clock,
    ) -> None:
        self._low_water = max(LEAST_FREE, low_water)
        self._free = 0
        self._ask_again = 0
        self._segment_limit = segment_limit
        self._clock = clock
        self._queue: deque[_Arrival] = deque()
        self._turn = threading.Condition()
        self._writing = False
        self._closed = False
        self._descriptor: int | None = None
        try:
            private_folder(folder)
            with contextlib.ExitStack() as held:
                held.enter_context(take_lock(folder))
                super().__init__(folder)
                self._standing = recover(self)
                held.callback(self._leave_segment)
                self._take_possession()
                self._held = held.pop_all()
        except OSError as fault:
            raise Unavailable(f"the spool in {folder} cannot be written: {fault.strerror}; check the disk") from fault

    def _take_possession(self) -> None:
        """Put on the disk what recovery has read, for it may have come from memory; begin the first segment if none."""
        for unfinished in self.folder.glob(UNFINISHED):
            unfinished.unlink()
        self.spool_id = self.spool_id or secrets.token_hex(8)
        if not self.segments:
            self._begin_segment()
            sync_folder(self.folder.parent)
            return
        self._descriptor = open_segment(self.segments[-1].path)
        sync_file(self._descriptor)
        sync_folder(self.folder)
        if not self._standing.whole:
            self._leave_segment()

    @property
    def last(self) -> int:
        """The last committed number; 0 if there is none."""
        return self._standing.last

    def append(self, kind: Kind, source: str, payload: bytes, **about: Unpack[About]) -> Envelope:
        """Put an arrival on the disk; it is there when this returns. Raises Refused if it could not be put there."""
        return self.put(kind, source, payload, **about)()

    def put(self, kind: Kind, source: str, payload: bytes, **about: Unpack[About]) -> Callable[[], Envelope]:
        """Queue an arrival; the function that waits until it is on the disk. Both raise Refused if it cannot be.

        So one thread may put what came on many lines, and all of it shares the first one's flush.
        """
        arrival = self._arrival(kind, source, payload, about)
        self._queue.append(arrival)

        def settled() -> Envelope:
            self._settle([arrival])
            return arrival.envelope

        return settled

    def append_messages(
        self, source: str, messages: Iterable[tuple[str, bytes]], *, format: str = ""
    ) -> list[Envelope]:
        """Put messages, each a name and its payload, on the disk in this order; they share their flushes.

        Raises Refused if one could not be put there; those before it may be there all the same.
        """
        arrivals = [
            self._arrival(Kind.MESSAGE, source, payload, {"name": name, "format": format}) for name, payload in messages
        ]
        if arrivals:
            self._queue.extend(arrivals)
            self._settle(arrivals)
        return [arrival.envelope for arrival in arrivals]

    def _arrival(self, kind: Kind, source: str, payload: bytes, about: About) -> _Arrival:
        wall_ns, mono_ns = self._clock()
        self._demand_room(len(payload), mono_ns)
        envelope = Envelope(
            seq=0,
            kind=kind,
            source=_encodable(source),
            sha256=hashlib.sha256(payload).digest(),
            size=len(payload),
            wall_ns=wall_ns,
            mono_ns=mono_ns,
            name=_encodable(about.get("name", "")),
            format=_encodable(about.get("format", "")),
            whole=about.get("whole", True),
            note=_encodable(about.get("note", "")),
            refers=about.get("refers", ()),
        )
        return _Arrival(envelope, payload)

    def _demand_room(self, size: int, mono_ns: int) -> None:
        """Raise Refused below the low-water mark. While there is room the disk is asked once a second."""
        if size > MOST_PAYLOAD:
            raise Refused(f"a message of {size} bytes; expected at most {MOST_PAYLOAD}; send it in pieces")
        if mono_ns >= self._ask_again:
            self._free = shutil.disk_usage(self.folder).free
            self._ask_again = mono_ns + _SECOND
        if self._free - size < self._low_water:
            self._ask_again = 0
            raise Refused(
                f"{self._free} bytes are free for the spool; expected {self._low_water} to be left; "
                "free space on its disk"
            )
        self._free -= size

    def _settle(self, arrivals: list[_Arrival]) -> None:
        """Have queued arrivals written; the queue is in order, so when the last is settled all are."""
        last = arrivals[-1]
        if self._take_pen(last):
            try:
                while not last.settled:
                    self._commit()
            finally:
                self._lay_down_pen()
        fault = next((arrival.fault for arrival in arrivals if arrival.fault is not None), None)
        if fault is not None:
            reason = getattr(fault, "strerror", None) or type(fault).__name__
            raise Refused(f"the spool could not be written ({reason}); nothing was acknowledged") from fault

    def _take_pen(self, arrival: _Arrival | None = None) -> bool:
        """Wait for the pen; false if whoever had it has settled the arrival meanwhile, so that it is not needed."""
        with self._turn:
            while self._writing and not (arrival and arrival.settled):
                self._turn.wait()
            if arrival and arrival.settled:
                return False
            self._writing = True
            return True

    def _lay_down_pen(self) -> None:
        with self._turn:
            self._writing = False
            self._turn.notify_all()

    def _commit(self) -> None:
        """Write and sync what is queued, or refuse it. The pen is ours."""
        batch = self._next_batch()
        try:
            self._write(batch)
        except BaseException as fault:
            self._leave_segment(cut=True)
            for arrival in batch:
                arrival.fault, arrival.settled = fault, True
            if not isinstance(fault, OSError):
                raise

    def _next_batch(self) -> list[_Arrival]:
        batch, size = [], 0
        while self._queue and size < _MOST_PER_WRITE:
            batch.append(self._queue.popleft())
            size += len(batch[-1].payload)
        return batch

    def _write(self, batch: list[_Arrival]) -> None:
        segment, descriptor = self._open_segment()
        frames, places, offset = [], [], segment.end
        for arrival in batch:
            seq = self._standing.following
            self._standing.following = seq + 1
            arrival.envelope = msgspec.structs.replace(arrival.envelope, seq=seq)
            places.append((seq, offset))
            frames.append(
                encode(arrival.envelope, arrival.payload, first=segment.first, offset=offset, synced=segment.end)
            )
            offset += len(frames[-1])
        write_all(descriptor, b"".join(frames))
        sync_file(descriptor)
        self._publish(batch, segment, places, offset)

    def _publish(self, batch: list[_Arrival], segment: Segment, places: list[tuple[int, int]], end: int) -> None:
        segment.learn(places)
        segment.end = end
        for arrival in batch:
            self._standing.take(arrival.envelope)
            arrival.settled = True

    def _open_segment(self) -> tuple[Segment, int]:
        """The segment that the next write goes to. Raises OSError."""
        if self._closed:
            raise OSError(errno.EBADF, "it is closed")
        newest = self.segments[-1]
        is_full = newest.offsets and newest.end >= self._segment_limit
        if is_full or not (self._descriptor is None or is_still(newest.path, self._descriptor, newest.end)):
            self._leave_segment()
        if self._descriptor is None:
            return self._begin_segment()
        return newest, self._descriptor

    def _begin_segment(self) -> tuple[Segment, int]:
        previous = self.segments[-1] if self.segments else None
        header = SegmentHeader(
            spool=self.spool_id,
            previous=previous.path.name if previous else "",
            end=previous.end if previous else 0,
            last=self._standing.last,
            parts=self._standing.parts,
        )
        segment = create_segment(self.folder, self._standing.following, header, *self._clock())
        self._descriptor = open_segment(segment.path)
        segment.learn([])
        self.segments.append(segment)
        return segment, self._descriptor

    def _leave_segment(self, *, cut: bool = False) -> None:
        """Write no more to the newest segment; `cut` takes away refused bytes, lest a crash now make them look kept."""
        if self._descriptor is None:
            return
        with contextlib.suppress(OSError):
            if cut:
                os.ftruncate(self._descriptor, self.segments[-1].end)
        with contextlib.suppress(OSError):
            os.close(self._descriptor)
        self._descriptor = None

    def wait(self, after: int, timeout: float) -> bool:
        """Whether a frame numbered higher than `after` is committed, waiting at most `timeout` seconds for one."""
        with self._turn:
            self._turn.wait_for(lambda: self.last > after or self._closed, timeout)
        return self.last > after

    def open_parts(self, source: str) -> list[Frame]:
        """The parts of a source that no message has taken up, in order; those that cannot be read are left out."""
        self._take_pen()
        numbers = [seq for seq, owner in self._standing.parts.items() if owner == _encodable(source)]
        self._lay_down_pen()
        return [frame for seq in numbers if (frame := self._readable(seq))]

    def latest_receipts(self) -> dict[int, str]:
        """The messages of the newest segment by their numbers, as far as they can be read."""
        frames = self.segments[-1].scan() if self.segments else ()
        envelopes = [found.envelope for found in frames if isinstance(found, Frame)]
        return {each.seq: receipt_id(each) for each in envelopes if each.kind is Kind.MESSAGE}

    def skip_to(self, seq: int) -> None:
        """Give out no number up to this one any more: somebody has seen it under another message."""
        self._take_pen()
        self._standing.following = max(self._standing.following, seq + 1)
        self._lay_down_pen()

    def _readable(self, seq: int) -> Frame | None:
        try:
            return self.frame(seq)
        except KeyError:
            return None

    def close(self) -> None:
        """Finish what is queued and let go of the folder."""
        self._take_pen()
        self._closed = True
        self._held.close()
        self._lay_down_pen()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _encodable(text: str) -> str:
    """The text with what UTF-8 cannot say (the odd bytes of a file name) written as backslash escapes."""
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode()
