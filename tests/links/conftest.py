"""Drives a link engine as a source would, without a line, a disk or a clock."""

from collections.abc import Callable, Iterable, Iterator

import pytest

from instruments.errors import Refused
from instruments.links.link import Event, Link, Message, Noise, Part

Refuses = Callable[[Event], bool]


class Driven:
    """A link with everything that came out of it; payloads for which `refuses` is true do not get to disk."""

    def __init__(self, link: Link, refuses: Refuses = lambda _event: False) -> None:
        self.link = link
        self.refuses = refuses
        self.events: list[Event] = []
        self.parts: list[bytes] = []
        self.messages: list[Message] = []
        self.now = 1000.0

    @property
    def patience(self) -> float | None:
        """Seconds until the link wants to be called."""
        return None if self.link.deadline is None else self.link.deadline - self.now

    def feed(self, *chunks: bytes) -> list[Event]:
        return [event for chunk in chunks for event in self.take(self.link.receive(chunk, self.now))]

    def expire(self) -> list[Event]:
        """Let time pass until the deadline."""
        self.now = self.link.deadline or self.now
        return self.take(self.link.expired(self.now))

    def open(self) -> list[Event]:
        return self.take(self.link.opened(self.now))

    def close(self) -> list[Event]:
        return self.take(self.link.closed(self.now))

    def resume(self, parts: list[bytes]) -> list[Event]:
        return self.take(self.link.resume(parts, self.now))

    def take(self, events: Iterator[Event]) -> list[Event]:
        return list(self._kept(events))

    def _kept(self, events: Iterable[Event]) -> Iterator[Event]:
        for event in events:
            self.events.append(event)
            if isinstance(event, Part | Message):
                self._keep(event)
            yield event

    def _keep(self, event: Part | Message) -> None:
        if self.refuses(event):
            self.link.refuse(Refused("the disk is full"))
        elif isinstance(event, Part):
            self.parts.append(event.payload)
        else:
            self.parts.clear()
            self.messages.append(event)


@pytest.fixture
def driven() -> type[Driven]:
    return Driven


@pytest.fixture
def joined() -> Callable[[list[Event]], list[Event]]:
    """The events with neighbouring noise made one: how noise is divided depends on the reads, nothing else may."""

    def join(events: list[Event]) -> list[Event]:
        result: list[Event] = []
        for event in events:
            last = result[-1] if result else None
            if isinstance(event, Noise) and isinstance(last, Noise) and event.reason == last.reason:
                result[-1] = Noise(last.payload + event.payload, event.reason)
            else:
                result.append(event)
        return result

    return join
