"""The contract between a source of bytes and the house behind it, and the loop that drives a link.

A source runs in a thread of its own until it is told to stop. It hands payloads to an `Intake`, which returns only when
they are on disk and raises `Refused` when they cannot be; what the source does afterwards (an ACK, moving a file) is
the acknowledgement.
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

import msgspec

from instruments.errors import Refused
from instruments.links.link import Delivered, Event, Link, Message, Noise, Part, Send, Undelivered


class Intake(Protocol):
    """Where one source puts its bytes; every call returns only when they are on disk."""

    def keep_part(self, payload: bytes) -> None:
        """Keep a piece of a message that has not ended. Raises Refused."""

    def keep(self, payload: bytes, *, name: str = "", whole: bool = True, note: str = "") -> str:
        """Keep a message; the receipt's id. Takes up the parts kept before it. Raises Refused."""

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


def drive(
    events: Iterator[Event],
    link: Link,
    intake: Intake,
    send: Callable[[bytes], None],
    status: SourceStatus,
    name: str = "",
) -> None:
    """Carry out what a link asks for, event by event: keep, then answer."""
    for event in events:
        match event:
            case Send(data):
                send(data)
            case Noise(payload, reason):
                status.noise_bytes += len(payload)
                intake.noise(payload, reason)
            case Delivered():
                status.delivered += 1
            case Undelivered(_, reason):
                status.undelivered += 1
                status.detail = f"a message could not be delivered: {reason}"
            case Part() | Message():
                _keep(event, link, intake, status, name)


def _keep(event: Part | Message, link: Link, intake: Intake, status: SourceStatus, name: str) -> None:
    try:
        if isinstance(event, Part):
            intake.keep_part(event.payload)
        else:
            intake.keep(event.payload, name=name, whole=event.whole, note=event.note)
            status.messages += 1
    except Refused as reason:
        status.refusals += 1
        status.detail = str(reason)
        link.refuse(reason)
