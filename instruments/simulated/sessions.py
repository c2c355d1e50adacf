"""Hours of ASTM sessions in a moment: two link engines on a bad line, in virtual time, all of it drawn from one seed.

Nothing here has a clock, a socket or a thread, so the same seed gives the same trace on every machine.
"""

import hashlib
import heapq
import random
from collections.abc import Iterator

import msgspec

from instruments.errors import Refused
from instruments.links.astm import AstmLink, Role
from instruments.links.link import Delivered, Event, Message, Part, Send

BITS_PER_BYTE = 10
DISK_FULL = Refused("the disk is full")
LONGEST_READ = 64


class BadLine(msgspec.Struct, frozen=True, kw_only=True):
    """How bad the line is: chances per read of bytes, of something happening to it, and to the host's disk."""

    baudrate: int = 9600
    flipped: float = 0.0
    lost: float = 0.0
    doubled: float = 0.0
    cut: float = 0.0
    disk_full: float = 0.0
    away: float = 40.0
    """Seconds that a cut lasts."""


class Side:
    """One end of the line: its link, what it has kept, and what it knows to be delivered."""

    def __init__(self, role: Role) -> None:
        self.role = role
        self.link = AstmLink(role=role)
        self.kept: list[Message] = []
        self.delivered: list[bytes] = []


class Sessions:
    """A line between an instrument and a host. `now` is virtual, in seconds; `trace` sums up what happened."""

    def __init__(self, seed: int, line: BadLine | None = None) -> None:
        self.now = 0.0
        self.instrument = Side("instrument")
        self.host = Side("host")
        self._line = line or BadLine()
        self._chance = random.Random(seed)  # noqa: S311  # repeatable on purpose
        self._pending: list[tuple[float, int, Side, bytes]] = []
        self._order = 0
        self._trace = hashlib.sha256()
        self._connected_again = 0.0
        self._line_free = 0.0

    @property
    def trace(self) -> str:
        """A digest of every event with its time."""
        return self._trace.hexdigest()

    def send(self, side: Side, message: bytes) -> None:
        """Have one side send a message as soon as it can."""
        self._carry_out(side, side.link.send(message, self.now))

    def run(self, seconds: float) -> None:
        """Let so much virtual time pass."""
        until = self.now + seconds
        while (due := self._next_due()) is not None and due <= until:
            self.now = max(self.now, due)
            if self._pending and self._pending[0][0] <= due:
                self._arrive(*heapq.heappop(self._pending)[2:])
            else:
                self._expire()
        self.now = until

    def _next_due(self) -> float | None:
        deadlines = [side.link.deadline for side in (self.instrument, self.host)]
        times = [each for each in deadlines if each is not None]
        return min([*times, *(due for due, *_ in self._pending[:1])], default=None)

    def _expire(self) -> None:
        for side in (self.instrument, self.host):
            if side.link.deadline is not None and side.link.deadline <= self.now:
                self._carry_out(side, side.link.expired(self.now))

    def _arrive(self, side: Side, piece: bytes) -> None:
        if self.now < self._connected_again:
            return
        if self._happens(self._line.cut):
            self._cut()
        elif damaged := self._on_the_way(piece):
            self._carry_out(side, side.link.receive(damaged, self.now))

    def _cut(self) -> None:
        """The cable is out for a while; both sides notice at once and nothing on its way arrives."""
        self._pending.clear()
        for side in (self.instrument, self.host):
            self._carry_out(side, side.link.closed(self.now))
        self.now = self._connected_again = self.now + self._line.away
        for side in (self.instrument, self.host):
            self._carry_out(side, side.link.opened(self.now))

    def _on_the_way(self, piece: bytes) -> bytes:
        at = self._chance.randrange(len(piece))
        if self._happens(self._line.flipped):
            return piece[:at] + bytes([piece[at] ^ 1 << self._chance.randrange(8)]) + piece[at + 1 :]
        if self._happens(self._line.lost):
            return piece[:at] + piece[at + 1 :]
        if self._happens(self._line.doubled):
            return piece[:at] + piece[at : at + 1] + piece[at:]
        return piece

    def _carry_out(self, side: Side, events: Iterator[Event]) -> None:
        for event in events:
            self._trace.update(repr((round(self.now, 6), side.role, event)).encode())
            if isinstance(event, Send):
                self._send(self.host if side is self.instrument else self.instrument, event.data)
            elif isinstance(event, Delivered):
                side.delivered.append(event.payload)
            elif isinstance(event, Part | Message):
                self._keep(side, event)

    def _keep(self, side: Side, event: Part | Message) -> None:
        if self._happens(self._line.disk_full):
            side.link.refuse(DISK_FULL)
        elif isinstance(event, Message):
            side.kept.append(event)

    def _send(self, to: Side, sent: bytes) -> None:
        """Put bytes on the line; they arrive in reads of any size, each when its last byte is through."""
        at, when = 0, max(self.now, self._line_free)
        while at < len(sent):
            piece = sent[at : at + self._chance.randint(1, LONGEST_READ)]
            at += len(piece)
            when += len(piece) * BITS_PER_BYTE / self._line.baudrate
            self._order += 1
            heapq.heappush(self._pending, (when, self._order, to, piece))
        self._line_free = when

    def _happens(self, chance: float) -> bool:
        return chance > 0 and self._chance.random() < chance
