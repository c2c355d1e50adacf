"""The sending side of ASTM E1381 / LIS01-A2, with the faults that real lines have.

ENQ, then one frame after the other, each again until it is acknowledged (six times at most), then EOT.
"""

from collections.abc import Iterator
from typing import Final

import msgspec

from instruments.links.astm_frame import ACK, CR, ENQ, EOT, ETB, ETX, LF, NAK, STX, checksum
from instruments.simulated.wire import Wire

LONGEST_TEXT: Final = 240
ANSWERS: Final = (ACK, NAK, ENQ, EOT)


class NotDelivered(Exception):
    """The message was not acknowledged; it must be sent again from its beginning."""


class PowerCut(NotDelivered):
    """The analyser was switched off in the middle: it does not even say that it gives up."""


class Faults(msgspec.Struct, frozen=True, kw_only=True):
    """What goes wrong, by the number of the frame in the message, counted from 1; each fault once."""

    garble: frozenset[int] = frozenset()
    lose_ack: frozenset[int] = frozenset()
    power_cut_after: int = 0


class Timers(msgspec.Struct, frozen=True, kw_only=True):
    """How long a sender waits, in seconds: for an answer, and after NAK to its ENQ."""

    answer: float = 15.0
    busy: float = 10.0
    tries: int = 6


def packed(message: bytes, longest: int = LONGEST_TEXT) -> list[bytes]:
    """Frame bodies (text and ETB or ETX) of a message that is cut wherever a frame is full."""
    texts = [message[at : at + longest] for at in range(0, len(message), longest)]
    return [text + bytes([ETB]) for text in texts[:-1]] + [texts[-1] + bytes([ETX])]


def by_record(message: bytes, longest: int = LONGEST_TEXT) -> list[bytes]:
    """Frame bodies of a message whose every record begins a frame of its own."""
    return [body for record in message.splitlines(keepends=True) for body in packed(record, longest)]


def framed(bodies: list[bytes]) -> Iterator[bytes]:
    """Complete frames, numbered 1..7,0,1.."""
    for position, body in enumerate(bodies, start=1):
        numbered = b"%d" % (position % 8) + body
        yield bytes([STX]) + numbered + checksum(numbered) + bytes([CR, LF])


def garbled(frame: bytes) -> bytes:
    """The frame with one bit of its text flipped."""
    middle = len(frame) // 2
    return frame[:middle] + bytes([frame[middle] ^ 0x01]) + frame[middle + 1 :]


class AstmSender:
    """An analyser's end of an ASTM line."""

    def __init__(self, wire: Wire, *, timers: Timers | None = None, faults: Faults | None = None) -> None:
        self._wire = wire
        self._timers = timers or Timers()
        self._faults = faults or Faults()
        self._early = bytearray()

    def send(self, bodies: list[bytes]) -> int:
        """Send one message in a session of its own; how many frames were sent again. Raises NotDelivered, OSError."""
        self._establish()
        try:
            resent = sum(self._deliver(position, frame) for position, frame in enumerate(framed(bodies), start=1))
        except PowerCut:
            raise
        except NotDelivered:
            self._wire.write(bytes([EOT]))
            raise
        self._wire.write(bytes([EOT]))
        return resent

    def keep_alive(self) -> None:
        """A session without a message, as some analysers open to see whether anybody is there."""
        self._establish()
        self._wire.write(bytes([EOT]))

    def _establish(self) -> None:
        for _ in range(self._timers.tries):
            self._wire.write(bytes([ENQ]))
            answer = self._answer(self._timers.answer)
            if answer == ACK:
                return
            if answer == NAK:
                self._wire.read(self._timers.busy)
            else:
                self._wire.write(bytes([EOT]))
        raise NotDelivered("nobody accepts a session")

    def _deliver(self, position: int, frame: bytes) -> int:
        for attempt in range(self._timers.tries):
            garble = position in self._faults.garble and attempt == 0
            lose = position in self._faults.lose_ack and attempt == 0
            self._wire.write(garbled(frame) if garble else frame)
            answer = self._answer(self._timers.answer)
            if answer is None:
                raise NotDelivered(f"no answer to frame {position}")
            if answer in (ACK, EOT) and not lose:
                if position == self._faults.power_cut_after:
                    raise PowerCut("the power was cut in the middle of the message")
                return attempt
        raise NotDelivered(f"frame {position} was refused {self._timers.tries} times")

    def _answer(self, seconds: float) -> int | None:
        """The next byte that is an answer; None after silence."""
        while True:
            if not self._early:
                self._early += self._wire.read(seconds)
            if not self._early:
                return None
            answer = self._early.pop(0)
            if answer in ANSWERS:
                return answer
