"""The contract between a source of bytes and the house behind it, and the loop that drives links.

A source runs in a thread of its own until it is told to stop. It hands payloads to an `Intake`, which answers only when
they are on disk and raises `Refused` when they cannot be; what the source does afterwards (an ACK, moving a file) is
the acknowledgement.
"""

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Protocol

import msgspec

from instruments.errors import Refused
from instruments.links.link import Delivered, Event, Link, Message, Noise, Part, Send, Undelivered

Settled = Callable[[], object]
"""Returns when a payload is on disk. Raises Refused if it cannot be put there."""


class Intake(Protocol):
    """Where one source puts its bytes."""

    def put(self, event: Part | Message) -> Settled:
        """Begin to keep a piece of a message that has not ended, or a message, which takes up the parts before it.

        What several intakes have begun to keep shares its way to the disk. Raises Refused.
        """

    def keep(self, payload: bytes, *, name: str = "", whole: bool = True, note: str = "") -> str:
        """Keep a message and wait until it is on disk; the receipt's id. Raises Refused."""

    def keep_all(self, payloads: Sequence[bytes], names: Sequence[str] = ()) -> None:
        """Keep whole messages that share their way to the disk. Raises Refused if any of them may not be there."""

    def parts(self) -> list[bytes]:
        """Parts that no message has taken up: the line was cut or the service stopped in the middle."""

    def noise(self, payload: bytes, reason: str) -> None:
        """Count bytes that belong to no message."""


class SourceStatus(msgspec.Struct):
    """What a person may ask of a source at any moment; written by its thread, read by others."""

    state: str = "starting"
    detail: str = ""
    bytes_in: int = 0
    messages: int = 0
    refusals: int = 0
    noise_bytes: int = 0
    noise_reason: str = ""
    """Why the last of these bytes were set aside."""
    reopened: int = 0
    delivered: int = 0
    undelivered: int = 0


class Source(Protocol):
    """A port, listener or folder under watch."""

    @property
    def name(self) -> str:
        """The instrument's name in the site file."""

    @property
    def status(self) -> SourceStatus:
        """How it is doing."""

    def run(self, stop: threading.Event) -> None:
        """Work until `stop` is set; never raises for a fault of the line, which is retried for ever."""


class Course:
    """What a link wants done about what it was just told, event by event: keep, then answer."""

    def __init__(
        self, events: Iterator[Event], link: Link, intake: Intake, send: Callable[[bytes], None], status: SourceStatus
    ) -> None:
        self._events = events
        self._link = link
        self._intake = intake
        self._send = send
        self._status = status
        self._waiting: tuple[Part | Message, Settled] | None = None

    def advance(self) -> bool:
        """Carry out everything up to the next payload that has to be on disk; whether there is one, now on its way."""
        for event in self._events:
            if isinstance(event, Part | Message):
                if self._put(event):
                    return True
            else:
                self._carry_out(event)
        return False

    def settle(self) -> None:
        """Wait until that payload is on disk, or tell the link that it cannot be."""
        if self._waiting:
            event, settled = self._waiting
            try:
                settled()
            except Refused as reason:
                self._refuse(reason)
            else:
                self._keep(event)

    def _put(self, event: Part | Message) -> bool:
        try:
            self._waiting = event, self._intake.put(event)
        except Refused as reason:
            self._refuse(reason)
            return False
        return True

    def _keep(self, event: Part | Message) -> None:
        if isinstance(event, Message):
            self._status.messages += 1

    def _refuse(self, reason: Refused) -> None:
        self._status.refusals += 1
        self._status.detail = str(reason)
        self._link.refuse(reason)

    def _carry_out(self, event: Event) -> None:
        match event:
            case Send(data):
                self._send(data)
            case Noise(payload, reason):
                self._set_aside(payload, reason)
            case Delivered():
                self._status.delivered += 1
            case Undelivered(_, reason):
                self._status.undelivered += 1
                self._status.detail = f"a message could not be delivered: {reason}"

    def _set_aside(self, noise: bytes, reason: str) -> None:
        self._status.noise_bytes += len(noise)
        self._status.noise_reason = reason
        self._intake.noise(noise, reason)


class Follower(Protocol):
    """What `carry_out` goes on with: a course, or whoever follows one."""

    def advance(self) -> bool:
        """As `Course.advance`."""

    def settle(self) -> None:
        """As `Course.settle`."""


def carry_out(courses: Iterable[Follower]) -> None:
    """Go on with every course until something must be on disk; have all of that there at once; and so on to the end."""
    going = list(courses)
    while going:
        going = [course for course in going if course.advance()]
        for course in going:
            course.settle()
