"""A link on a line: the link with its intake, and the clock that the link does not own."""

import time
from collections.abc import Callable, Iterator

from instruments.links.link import Event, Link
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

    def resume(self) -> None:
        """Take up what was on disk when the service last stopped."""
        if parts := self._intake.parts():
            self._drive(self._link.resume(parts, self._clock()), nobody)

    def begin(self, send: Send) -> None:
        """A line is there."""
        self._drive(self._link.opened(self._clock()), send)

    def hear(self, chunk: bytes, send: Send) -> None:
        """Pass on what came in."""
        self.status.bytes_in += len(chunk)
        self._drive(self._link.receive(chunk, self._clock()), send)

    def patience_left(self) -> float | None:
        """Seconds until the link wants to be called, at least 0; None if it never does."""
        deadline = self._link.deadline
        return None if deadline is None else max(0.0, deadline - self._clock())

    def keep_time(self, send: Send = nobody) -> None:
        """Tell the link when its time has come."""
        if self.patience_left() == 0:
            self._drive(self._link.expired(self._clock()), send)

    def hang_up(self) -> None:
        """The line is gone."""
        self._drive(self._link.closed(self._clock()), nobody)

    def _drive(self, events: Iterator[Event], send: Send) -> None:
        drive(events, self._link, self._intake, send, self.status)
