"""From the spool into the store: the one writer.

The spool is the record and this is its reader: it takes frames in order, behind the cursor that the store keeps in the
same transaction as the rows, so a crash anywhere costs nothing but doing the last batch again. A person's decision to
put a quarantined receipt back, or to read all under another nomenclature release, is a frame like any other; so a
rebuild takes the same decisions in the same order.
"""

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from typing import Protocol

import msgspec

from pipeline.decisions import Delivery, Kept, Renormalisation, Resubmission, decision_in
from pipeline.normalise.comparison import Comparison, comparison_under
from pipeline.process import Workbench, process
from pipeline.renormalisation import renormalise
from pipeline.spool.frames import Envelope, Kind
from pipeline.spool.spool import receipt_id
from pipeline.store.entry import Entry, Receipt
from pipeline.store.store import Store
from pipeline.store.writer import Writer

BATCH_FRAMES = 500
FEWEST_FRAMES = 100
"""A transaction of fewer than these costs hardly less."""
BATCH_BYTES = 32 * 1024 * 1024
IDLE_SECONDS = 0.5

Frame = tuple[Envelope, bytes]
"""A frame of the spool with its payload."""


class Frames(Protocol):
    """The spool as the loader sees it: live, or read-only."""

    @property
    def last(self) -> int:
        """The last committed number; 0 if there is none."""

    def read(self, after: int = 0) -> Iterator[Frame]:
        """Committed frames in the order of their sequence numbers."""

    def payload(self, seq: int) -> bytes:
        """The bytes of one frame."""

    def envelope(self, seq: int) -> Envelope:
        """The envelope of one frame."""


class Spooled(Frames, Protocol):
    """The live spool, which can wake its reader."""

    def wait(self, after: int, timeout: float) -> bool:
        """Whether there is a frame behind `after`, waiting for one at most `timeout` seconds."""


def receipt_of(envelope: Envelope) -> Receipt:
    """A spool frame's envelope as the store's receipt."""
    received = datetime.fromtimestamp(envelope.wall_ns / 1e9, UTC)
    return Receipt(
        receipt=receipt_id(envelope),
        seq=envelope.seq,
        source=envelope.source,
        name=envelope.name,
        sha256=envelope.sha256.hex(),
        size=envelope.size,
        received=received.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        format=envelope.format,
        whole=envelope.whole,
        note=envelope.note,
    )


class Loader:
    """Follows the spool and keeps the store up with it.

    `bench_of` gives what to read with under a nomenclature release; `release` is the one for a store that holds no
    typing yet.
    """

    def __init__(
        self,
        spool: Frames,
        store: Store,
        bench_of: Callable[[str], Workbench],
        release: str,
        batch_frames: int = BATCH_FRAMES,
        destinations: Sequence[str] = (),
    ) -> None:
        self.spool = spool
        self.store = store
        self._bench_of = bench_of
        in_use = store.release_in_use
        self.bench = bench_of(release if in_use is None else in_use)
        self._batch_frames = batch_frames
        self._writer = Writer(store, destinations, comparison_of(self.bench))
        self._one_at_a_time = threading.Lock()

    def catch_up(self) -> int:
        """Load everything that is behind the cursor; the number of frames taken.

        While DuckDB writes one batch, which it does on another processor, the next one is read. Nothing is read beside
        the last one, so the last ones are small.
        """
        taken = 0
        with self._one_at_a_time, ThreadPoolExecutor(1) as writing:
            written: Future[object] | None = None
            frames = self.spool.read(after=self.store.last_seq)
            for batch in batches(frames, self._batch_frames, lambda: self.spool.last):
                entries = [entry for frame in batch for entry in self.entries(*frame)]
                if written:
                    written.result()
                if stands_alone(batch[0]):
                    self._decide(*batch[0])
                    written = None
                else:
                    written = writing.submit(self._writer.load, entries, batch[-1][0].seq, deliveries(batch))
                taken += len(batch)
            if written:
                written.result()
        return taken

    def _decide(self, envelope: Envelope, payload: bytes) -> None:
        """Carry out a decision about what the store holds by then."""
        match decision_in(envelope, payload):
            case Renormalisation(release):
                self._renormalise(envelope.seq, release)
            case Kept() as kept:
                self._writer.keep(envelope.seq, kept)

    def _renormalise(self, seq: int, release: str) -> None:
        """Read the whole store, and all that follows, under another release."""
        before, after = self.bench.normaliser.typings, self._bench_of(release)
        comparison = comparison_of(after)
        renormalise(self.store, seq, before, after.normaliser.typings, comparison)
        self.bench = after
        self._writer.read_under(comparison)

    def entries(self, envelope: Envelope, payload: bytes) -> Iterator[Entry]:
        """What one frame brings to the store: a message one entry, a resubmission that of its receipt, others none."""
        if envelope.kind == Kind.MESSAGE:
            yield process(receipt_of(envelope), payload, self.bench)
        elif isinstance(decision := decision_in(envelope, payload), Resubmission):
            with suppress(KeyError):  # the message is damaged or gone, as `verify` tells
                yield self._again(decision)

    def _again(self, decision: Resubmission) -> Entry:
        """A receipt read once more. Raises KeyError if the spool has lost it."""
        receipt = receipt_of(self.spool.envelope(decision.seq))
        again = msgspec.structs.replace(receipt, format=decision.format or receipt.format)
        entry = process(again, self.spool.payload(decision.seq), self.bench)
        return msgspec.structs.replace(entry, resubmitted=True)

    def follow(self, spool: Spooled, stop: threading.Event) -> None:
        """Load until told to stop, then load what is left."""
        while not stop.is_set():
            if spool.wait(self.store.last_seq, IDLE_SECONDS):
                self.catch_up()
        self.catch_up()


def comparison_of(bench: Workbench) -> Comparison | None:
    """What typings of one donor are held against each other with; None without a nomenclature release."""
    release = bench.normaliser.typings.release
    return comparison_under(release) if release else None


def stands_alone(frame: Frame) -> bool:
    """Whether a frame is a decision about all that the store holds by then."""
    return isinstance(decision_in(*frame), Renormalisation | Kept)


def first_release(spool: Frames) -> str | None:
    """The release that was in use before the first change of release; None if there was no change."""
    decisions = (decision_in(*frame) for frame in spool.read())
    return next((each.before for each in decisions if isinstance(each, Renormalisation)), None)


def deliveries(frames: Iterable[Frame]) -> list[Delivery]:
    """What these frames say of messages that went out."""
    decisions = (decision_in(*frame) for frame in frames)
    return [each for each in decisions if isinstance(each, Delivery)]


def batches(frames: Iterable[Frame], most: int, last: Callable[[], int]) -> Iterator[list[Frame]]:
    """Frames in groups that one transaction takes well: at most so many of them, at most 32 MiB.

    A group takes half of what is left up to the `last` frame, if that is enough for a transaction. A decision about all
    that is there by then is a group of its own.
    """
    group: list[Frame] = []
    size = enough = 0
    for frame in frames:
        alone = stands_alone(frame)
        if group and (alone or len(group) >= enough or size >= BATCH_BYTES):
            yield group
            group, size = [], 0
        if not group:
            enough = min(most, max(FEWEST_FRAMES, (last() - frame[0].seq + 1) // 2))
        group.append(frame)
        size += len(frame[1])
        if alone:
            yield group
            group, size = [], 0
    if group:
        yield group
