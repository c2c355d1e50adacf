"""Where a source puts its bytes: the `Intake` of `instruments.sources.source`, kept in the spool."""

from collections.abc import Sequence
from itertools import pairwise

from instruments.sources.source import Intake
from pipeline.spool.frames import Frame, Kind
from pipeline.spool.spool import Spool, receipt_id

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

    def keep_part(self, payload: bytes) -> None:
        """Keep a piece of a message that has not ended. Raises Refused."""
        envelope = self._spool.append(Kind.PART, self.source, payload, refers=tuple(self._open[-1:]))
        self._open.append(envelope.seq)

    def keep(self, payload: bytes, *, name: str = "", whole: bool = True, note: str = "") -> str:
        """Keep a message; the receipt's id. Takes up the parts kept before it. Raises Refused."""
        envelope = self._spool.append(
            Kind.MESSAGE,
            self.source,
            payload,
            name=name,
            format=self._format,
            whole=whole,
            note=note,
            refers=tuple(self._open),
        )
        self._open.clear()
        return receipt_id(envelope)

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
