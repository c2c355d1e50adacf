"""A link on a line: the link with its intake, and the clock that the link does not own."""

import time
from collections.abc import Callable, Iterator

from instruments.links.link import Event, Link
from instruments.sources.source import Course, Intake, SourceStatus, carry_out

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
            carry_out([self._course(self._link.resume(parts, self._clock()), nobody)])

    def begin(self, send: Send) -> None:
        """A line is there."""
        carry_out([self._course(self._link.opened(self._clock()), send)])

    def heard(self, chunk: bytes, send: Send) -> Course:
        """What is to be done about what came in."""
        self.status.bytes_in += len(chunk)
        return self._course(self._link.receive(chunk, self._clock()), send)

    def patience_left(self) -> float | None:
        """Seconds until the link wants to be called, at least 0; None if it never does."""
        deadline = self._link.deadline
        return None if deadline is None else max(0.0, deadline - self._clock())

    def overdue(self, send: Send) -> Course | None:
        """What is to be done because the link's time has come; None if it has not."""
        return self._course(self._link.expired(self._clock()), send) if self.patience_left() == 0 else None

    def hear(self, chunk: bytes, send: Send) -> None:
        """Pass on what came in, and do what is to be done."""
        carry_out([self.heard(chunk, send)])

    def keep_time(self, send: Send = nobody) -> None:
        """Tell the link when its time has come, and do what is to be done."""
        if course := self.overdue(send):
            carry_out([course])

    def hang_up(self) -> None:
        """The line is gone."""
        carry_out([self._course(self._link.closed(self._clock()), nobody)])

    def _course(self, events: Iterator[Event], send: Send) -> Course:
        return Course(events, self._link, self._intake, send, self.status)
