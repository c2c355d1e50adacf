"""What carries messages out: one peer, one connection, the oldest message first, until it is delivered.

A peer that is away, silent or busy is tried again for ever, with growing delays, so the order is kept. A message that
the peer rejects, or refuses several times, is put aside as a dead letter, and the next one goes out; a person may send
it again.
"""

import threading
import time
from collections.abc import Iterator
from typing import Final, Literal, NamedTuple, Protocol

import msgspec

from instruments.errors import Refused
from instruments.links.link import Delivered, Event, Send, Undelivered
from instruments.links.mllp_sender import MllpSender, ReadReply
from instruments.sources.backoff import Backoff
from instruments.sources.connector import open_connection
from instruments.sources.source import SourceStatus
from instruments.sources.tcp import SocketLine, parse_address
from instruments.sources.tls import TlsFiles, client_context

READ_SECONDS: Final = 0.2
IDLE_SECONDS: Final = 0.5

Settlement = Literal["sent", "refused"]


class Letter(NamedTuple):
    """A message on its way out; `number` is where it stands in the outbox."""

    number: tuple[int, int]
    control_id: str
    payload: bytes


class Outbox(Protocol):
    """The messages for one peer."""

    def oldest(self) -> Letter | None:
        """The message that is due, the same one until it is settled; None if there is none."""

    def settle(self, letter: Letter, outcome: Settlement, answer: str) -> None:
        """Write down, before the next one is asked for, what became of a message. Raises Refused."""


class CourierSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Seconds, and how often a message is sent that the peer refuses (but does not reject)."""

    reply: float = 30.0
    first_delay: float = 1.0
    longest_delay: float = 60.0
    tries: int = 5


class Courier:
    """Carries the messages of one outbox to a peer at `address` (host:port)."""

    def __init__(
        self,
        name: str,
        address: str,
        outbox: Outbox,
        read_reply: ReadReply,
        *,
        settings: CourierSettings | None = None,
        tls: TlsFiles | None = None,
    ) -> None:
        self.name = name
        self.status = SourceStatus()
        self._host, self._port = parse_address(address)
        self._outbox = outbox
        self._read_reply = read_reply
        self._settings = settings or CourierSettings()
        self._tls = client_context(tls) if tls else None
        self._backoff = Backoff(self._settings.first_delay, self._settings.longest_delay)
        self._refusals = 0

    def run(self, stop: threading.Event) -> None:
        """Work until `stop` is set; the peer may come and go."""
        while not stop.is_set():
            if self._outbox.oldest() is None:
                stop.wait(IDLE_SECONDS)
            elif not self._visit(stop):
                self.status.reopened += 1
                stop.wait(self._backoff.delay())
        self.status.state = "stopped"

    def _visit(self, stop: threading.Event) -> bool:
        """Deliver on one connection for as long as it lasts; false if the peer should be left alone for a while."""
        try:
            with open_connection(self._host, self._port, self._tls) as line:
                self.status.state, self.status.detail = "up", ""
                return self._carry(line, stop)
        except OSError as fault:
            self.status.state, self.status.detail = "down", str(fault)
            return False

    def _carry(self, line: SocketLine, stop: threading.Event) -> bool:
        link = MllpSender(self._read_reply, reply=self._settings.reply)
        while not stop.is_set():
            letter = self._outbox.oldest()
            if letter is not None:
                if not self._deliver(letter, link, line, stop):
                    return False
            elif self._hung_up(line):
                break
        return True

    def _hung_up(self, line: SocketLine) -> bool:
        """Wait a moment for nothing in particular; true if the peer, who may, has closed the connection."""
        try:
            line.read(IDLE_SECONDS)
        except ConnectionError:
            return True
        return False

    def _deliver(self, letter: Letter, link: MllpSender, line: SocketLine, stop: threading.Event) -> bool:
        """Send one message and await its reply; false if the connection must be given up or the peer left alone."""
        events = link.send(letter.control_id, letter.payload, time.monotonic())
        while True:
            for event in events:
                if isinstance(event, Send):
                    line.write(event.data)
                elif isinstance(event, Delivered | Undelivered):
                    return self._became(letter, event, stop)
            if stop.is_set():
                return False
            events = self._heard(link, line)

    def _heard(self, link: MllpSender, line: SocketLine) -> Iterator[Event]:
        """What came of listening for a moment. Raises ConnectionError where the peer left without a reply."""
        try:
            chunk = line.read(READ_SECONDS)
        except ConnectionError:
            yield from (event for event in link.closed(time.monotonic()) if not _is_lost(event))
            raise
        now = time.monotonic()
        yield from link.receive(chunk, now)
        if link.deadline is not None and now >= link.deadline:
            yield from link.expired(now)

    def _became(self, letter: Letter, event: Delivered | Undelivered, stop: threading.Event) -> bool:
        if isinstance(event, Delivered):
            self.status.delivered += 1
            return self._settle(letter, "sent", "", stop)
        self.status.detail = event.reason
        self._refusals += event.outcome == "refused"
        if event.outcome == "rejected" or self._refusals >= self._settings.tries:
            self.status.undelivered += 1
            return self._settle(letter, "refused", event.reason, stop)
        return False

    def _settle(self, letter: Letter, outcome: Settlement, answer: str, stop: threading.Event) -> bool:
        """Have it written down, however long the disk is full: until then the message would go out again."""
        while not stop.is_set():
            try:
                self._outbox.settle(letter, outcome, answer)
            except Refused as reason:
                self.status.detail = str(reason)
                stop.wait(IDLE_SECONDS)
            else:
                self._refusals = 0
                self._backoff.reset()
                return True
        return False


def _is_lost(event: Event) -> bool:
    """Whether it says no more than that the connection ended."""
    return isinstance(event, Undelivered) and not event.outcome
