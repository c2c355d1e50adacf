"""The contract of a link engine.

An engine is fed the chunks that a port delivers and yields events, lazily and in order. When it yields `Part` or
`Message`, the driver puts the payload on disk before it takes the next event; if it cannot, it calls `refuse()`
first, and the engine's next event is the answer that makes the sender try again. Only then does an acknowledgement
leave as `Send`. An engine owns no clock: it says how long it is willing to wait (`patience`, seconds), and the driver
calls `expired()` when that long has passed without a byte.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple, Protocol


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


Event = Send | Part | Message | Noise


class Link(Protocol):
    """Bytes in, events out."""

    @property
    def patience(self) -> float | None:
        """Seconds of silence after which `expired()` is due; None for no limit."""

    def resume(self, parts: Sequence[bytes]) -> Iterator[Event]:
        """Take up the parts of a message that were on disk when the last run ended."""

    def receive(self, chunk: bytes) -> Iterator[Event]:
        """Take in what the port delivered."""

    def expired(self) -> Iterator[Event]:
        """The line was silent for as long as `patience` said."""

    def closed(self) -> Iterator[Event]:
        """The line went away: cable out, peer gone, service stopping."""

    def refuse(self) -> None:
        """The payload of the event just yielded could not be put on disk."""
