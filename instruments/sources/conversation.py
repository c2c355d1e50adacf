"""A link on a line: the link with its intake, and the clock that the link does not own."""

import time
from collections.abc import Callable

from instruments.links.link import Link
from instruments.sources.source import Intake, SourceStatus, drive

Send = Callable[[bytes], None]
Clock = Callable[[], float]


def nobody(_answer: bytes) -> None:
    """Where answers go while nobody is on the line."""


class Conversation:
    """One link for as long as its source lives, or for one connection. `clock` is monotonic, in seconds."""

    def __init__(self, link: Link, intake: Intake, status: SourceStatus, clock: Clock = time.monotonic) -> None:
        self.status = status
        self._link = link
        self._intake = intake
        self._clock = clock
        self._heard = clock()

    def resume(self) -> None:
        """Take up what was on disk when the service last stopped."""
        if parts := self._intake.parts():
            drive(self._link.resume(parts), self._link, self._intake, nobody, self.status)

    def hear(self, chunk: bytes, send: Send) -> None:
        """Pass on what came in."""
        self._heard = self._clock()
        self.status.bytes_in += len(chunk)
        drive(self._link.receive(chunk), self._link, self._intake, send, self.status)

    def patience_left(self) -> float | None:
        """Seconds until silence means something, at least 0; None if it never does."""
        patience = self._link.patience
        return None if patience is None else max(0.0, self._heard + patience - self._clock())

    def keep_time(self, send: Send = nobody) -> None:
        """Tell the link when the line was silent for too long."""
        if self.patience_left() == 0:
            self._heard = self._clock()
            drive(self._link.expired(), self._link, self._intake, send, self.status)

    def hang_up(self) -> None:
        """The line is gone."""
        drive(self._link.closed(), self._link, self._intake, nobody, self.status)
