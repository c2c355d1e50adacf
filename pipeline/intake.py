"""Where a source puts its bytes: the `Intake` of `instruments.sources.source`, kept in the spool."""

from collections.abc import Callable, Sequence
from itertools import pairwise

from instruments.links.link import Message, Part
from instruments.sources.source import Intake, Settled
from pipeline.spool.frames import Frame, Kind
from pipeline.spool.spool import About, Spool, receipt_id

NOISE_SHOWN = 200
_LEFT_OVER = "found in pieces when the service started, and not all of the pieces; kept as far as it can be read"


class SpoolIntake:
    """One source's way into the spool. `format` is the one the source is configured for; empty to recognise it.

    Each part names the one before it, so that a piece that cannot be read any more is missed. Bytes between messages
    are counted in `noise_bytes`; the last 200 of them are in `last_noise`, why they are noise in `noise_reason`.
    """

    def __init__(self, spool: Spool, source: str, format: str = "") -> None:
        self.source = source
        self.noise_bytes = 0
        self.last_noise = b""
        self.noise_reason = ""
        self._spool = spool
        self._format = format
        self._open: list[int] = []

    def put(self, event: Part | Message) -> Settled:
        """Begin to keep a part or a message; the function that returns when it is on disk. Both raise Refused."""
        return self._put_message(*event) if isinstance(event, Message) else self._put_part(event.payload)

    def keep(self, payload: bytes, *, name: str = "", whole: bool = True, note: str = "") -> str:
        """Keep a message; the receipt's id. Takes up the parts kept before it. Raises Refused."""
        return self._put_message(payload, whole, note, name)()

    def _put_part(self, payload: bytes) -> Settled:
        settled = self._spool.put(Kind.PART, self.source, payload, refers=tuple(self._open[-1:]))
        return lambda: self._open.append(settled().seq)

    def _put_message(self, payload: bytes, whole: bool, note: str, name: str = "") -> Callable[[], str]:
        about = About(name=name, format=self._format, whole=whole, note=note, refers=tuple(self._open))
        settled = self._spool.put(Kind.MESSAGE, self.source, payload, **about)

        def kept() -> str:
            receipt = receipt_id(settled())
            self._open.clear()
            return receipt

        return kept

    def keep_all(self, payloads: Sequence[bytes], names: Sequence[str] = ()) -> None:
        """Keep whole messages that share their flushes. Raises Refused."""
        named = zip(names or [""] * len(payloads), payloads, strict=True)
        self._spool.append_messages(self.source, named, format=self._format)

    def parts(self) -> list[bytes]:
        """The parts of the one message that had begun when the last run ended.

        Pieces that do not make one unbroken beginning are not handed back, lest something be joined that was never
        sent that way: each run of them is kept as a message that is not whole. Raises Refused.
        """
        runs = _runs(self._spool.open_parts(self.source))
        if len(runs) == 1 and not runs[0][0].envelope.refers:
            self._open = [frame.envelope.seq for frame in runs[0]]
            return [frame.payload for frame in runs[0]]
        for run in runs:
            self._open = [frame.envelope.seq for frame in run]
            self.keep(b"".join(frame.payload for frame in run), whole=False, note=_LEFT_OVER)
        return []

    def noise(self, payload: bytes, reason: str) -> None:
        """Count bytes that belong to no message."""
        self.noise_bytes += len(payload)
        self.last_noise = (self.last_noise + payload)[-NOISE_SHOWN:]
        self.noise_reason = reason


def _runs(frames: list[Frame]) -> list[list[Frame]]:
    """Parts in runs, each part naming the one before it."""
    runs = [[frame] for frame in frames[:1]]
    for before, frame in pairwise(frames):
        if frame.envelope.refers == (before.envelope.seq,):
            runs[-1].append(frame)
        else:
            runs.append([frame])
    return runs


_: type[Intake] = SpoolIntake
