"""An analyser's end of an ASTM line: the sending side of the house's own link, with the faults that real lines have."""

import math
from collections.abc import Iterator
from itertools import pairwise

import msgspec

from instruments.links.astm import AstmLink
from instruments.links.astm_frame import ACK, ENQ, EOT, STX
from instruments.links.astm_table import AstmSettings
from instruments.links.link import Delivered, Event, Message, Send, Undelivered
from instruments.simulated.wire import Wire

ACCEPTED = (ACK, EOT)
DAMAGED_ANSWER = b"?"
SHORT_TIMERS = AstmSettings(reply=5.0, busy=0.5)
"""For a peer that answers at once."""


class NotDelivered(Exception):
    """The message was not acknowledged; it must be sent again from its beginning."""


class PowerCut(NotDelivered):
    """The analyser was switched off in the middle: it does not even say that it gives up."""


class Faults(msgspec.Struct, frozen=True, kw_only=True):
    """What goes wrong, by the number of the frame in the message, counted from 1; each fault once."""

    garble: frozenset[int] = frozenset()
    lose_ack: frozenset[int] = frozenset()
    power_cut_after: int = 0


def garbled(frame: bytes) -> bytes:
    """The frame with one bit of its text flipped."""
    middle = len(frame) // 2
    return frame[:middle] + bytes([frame[middle] ^ 0x01]) + frame[middle + 1 :]


class AstmSender:
    """Sends one message at a time and waits until it is delivered; receives what the host has to say."""

    def __init__(self, wire: Wire, *, settings: AstmSettings | None = None, faults: Faults | None = None) -> None:
        self._wire = wire
        self._link = AstmLink(settings=settings or AstmSettings(), role="instrument")
        self._faults = faults or Faults()
        self._sent: list[bytes] = []
        self._received: list[bytes] = []
        self._due: set[tuple[str, int]] = set()
        self._now = 0.0

    def send(self, message: bytes) -> int:
        """Send one message; how many of its frames were sent again. Raises NotDelivered, OSError."""
        self._sent.clear()
        self._due = {("garble", each) for each in self._faults.garble}
        self._due |= {("lose_ack", each) for each in self._faults.lose_ack}
        events = self._link.send(message, self._now)
        while not self._carry_out(events):
            events = self._heard()
        return self._repeats()

    def receive(self, seconds: float) -> bytes:
        """The next message of the other side: the answer to a query. Raises NotDelivered after so long."""
        until = self._now + seconds
        while not self._received:
            if self._now >= until:
                raise NotDelivered("no message came")
            self._carry_out(self._heard(until))
        return self._received.pop(0)

    def keep_alive(self) -> None:
        """A session without a message, as some analysers open to see whether anybody is there."""
        self._wire.write(bytes([ENQ]))
        self._wire.read(1.0)
        self._wire.write(bytes([EOT]))

    def _carry_out(self, events: Iterator[Event]) -> bool:
        """Send what is to be sent; true when the message is through. Raises NotDelivered."""
        through = False
        for event in events:
            if isinstance(event, Send):
                self._wire.write(self._on_the_way(event.data))
            elif isinstance(event, Undelivered):
                raise NotDelivered(event.reason)
            elif isinstance(event, Message):
                self._received.append(event.payload)
            through = through or isinstance(event, Delivered)
        return through

    def _on_the_way(self, sent: bytes) -> bytes:
        """What the line makes of it."""
        if sent[0] == STX:
            self._sent.append(sent)
            if self._happens("garble"):
                return garbled(sent)
        return sent

    def _heard(self, until: float = math.inf) -> Iterator[Event]:
        """Whatever comes back before the link's deadline; silence otherwise."""
        deadline = self._link.deadline
        seconds = max(0.0, min(until, math.inf if deadline is None else deadline) - self._now)
        if answer := self._wire.read(seconds):
            return self._link.receive(self._damaged(answer), self._now)
        self._now += seconds
        return self._link.expired(self._now) if deadline is not None and deadline <= self._now else iter(())

    def _damaged(self, answer: bytes) -> bytes:
        if self._sent and answer[0] in ACCEPTED:
            if self._happens("lose_ack"):
                return DAMAGED_ANSWER
            if self._position() == self._faults.power_cut_after:
                raise PowerCut("the power was cut in the middle of the message")
        return answer

    def _position(self) -> int:
        """The number of the frame that is on the line, counted from 1."""
        return len(self._sent) - self._repeats()

    def _repeats(self) -> int:
        """How often a frame was sent again: the next one has another number, so two alike in a row are one frame."""
        return sum(frame == before for before, frame in pairwise(self._sent))

    def _happens(self, fault: str) -> bool:
        due = (fault, self._position()) in self._due
        self._due.discard((fault, self._position()))
        return due
