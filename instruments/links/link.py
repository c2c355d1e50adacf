"""The contract of a link engine.

An engine is fed the chunks that a port delivers and yields events, lazily and in order. When it yields `Part` or
`Message`, the driver puts the payload on disk before it takes the next event; if it cannot, it calls `refuse()`
first, and the engine's next event is the answer that makes the sender try again. Only then does an acknowledgement
leave as `Send`. An engine owns no clock: it is told the time with every call (`now`, seconds, of a clock that never
goes back), says by when it wants to be called next (`deadline`), and the driver then calls `expired()`.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Literal, NamedTuple, Protocol

from instruments.errors import Refused


class Send(NamedTuple):
    """Bytes that must go out on the line now."""

    data: bytes


class Part(NamedTuple):
    """A piece of a message that has not ended; it must be on disk before the next event."""

    payload: bytes


class Message(NamedTuple):
    """A message that has ended; `whole` is false for one that was cut off, with the reason in plain words."""

    payload: bytes
    whole: bool = True
    note: str = ""


class Noise(NamedTuple):
    """Bytes that belong to no message, and why they were set aside."""

    payload: bytes
    reason: str


class Delivered(NamedTuple):
    """A message of ours that the other side has accepted, with its answer where the link has answers."""

    payload: bytes
    answer: bytes = b""


class Undelivered(NamedTuple):
    """A message of ours that was given up, and why; `outcome` is set where the other side has decided that."""

    payload: bytes
    reason: str
    outcome: Literal["", "refused", "rejected"] = ""


Event = Send | Part | Message | Noise | Delivered | Undelivered

Respond = Callable[[bytes], Sequence[bytes]]
"""A message that has just been kept -> the messages to send back for it, often none. Called between two events."""


def no_response(_message: bytes) -> Sequence[bytes]:
    """Nothing is ever sent back."""
    return ()


class Link(Protocol):
    """Bytes in, events out."""

    @property
    def deadline(self) -> float | None:
        """When `expired()` is due, on the driver's clock; None for never."""

    def resume(self, parts: Sequence[bytes], now: float, /) -> Iterator[Event]:
        """Take up the parts of a message that were on disk when the last run ended."""

    def opened(self, now: float, /) -> Iterator[Event]:
        """A line is there: what waits to be sent may go out."""

    def receive(self, chunk: bytes, now: float, /) -> Iterator[Event]:
        """Take in what the port delivered."""

    def expired(self, now: float, /) -> Iterator[Event]:
        """The deadline has passed."""

    def closed(self, now: float, /) -> Iterator[Event]:
        """The line went away: cable out, peer gone, service stopping."""

    def refuse(self, reason: Refused) -> None:
        """The payload of the event just yielded could not be put on disk."""
