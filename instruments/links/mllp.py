"""The receiving side of MLLP, HL7's minimal lower layer protocol.

    VT content FS CR          0B ... 1C 0D

A block is complete at FS CR and not earlier: FS before any other byte is content. The sender takes the answer for a
promise, so a block that was cut off gets none and is kept as evidence. Reads are not blocks: several may come in one,
one may come in many. Between blocks, nulls and line ends are common and mean nothing.

A sender that broke off may begin again on the same connection. VT also occurs inside content (it is a word processor's
line break), so a new block is seen only in VT followed by the header of a message; otherwise the two would be read as
one message.
"""

import re
from collections.abc import Callable, Generator, Iterator, Sequence
from typing import Final

from instruments.errors import Refused
from instruments.links.link import Event, Message, Noise, Send

VT: Final = b"\x0b"
END: Final = b"\x1c\r"
BLANKS: Final = b"\0\r\n"
NEW_BLOCK: Final = re.compile(rb"\x0b(?=MSH)")

SILENT: Final = "the sender fell silent in the middle of a block"
SLOW: Final = "the sender was too slow with a block"

Answer = Callable[[bytes, Refused | None], bytes | None]
"""Payload, and why it was refused, if it was -> the acknowledgement without framing, or None for none."""


def frame(payload: bytes) -> bytes:
    """The payload as a block."""
    return VT + payload + END


class MllpReceiver:
    """A link engine that receives from one HL7 sender on one connection. Seconds and bytes."""

    def __init__(
        self, answer: Answer, *, silence: float = 60.0, longest: float = 600.0, largest: int = 16 * 1024 * 1024
    ) -> None:
        self._answer = answer
        self._silence = silence
        self._longest = longest
        self._largest = largest
        self._heard = 0.0
        self._begun = 0.0
        self._bytes = bytearray()
        self._searched = 0
        self._inside = False
        self._overlong = False
        self._refused: Refused | None = None

    @property
    def deadline(self) -> float | None:
        """Limits inside a block, of silence and in all; a connection may stay idle between blocks for ever."""
        return min(self._heard + self._silence, self._begun + self._longest) if self._inside else None

    def resume(self, parts: Sequence[bytes], _now: float) -> Iterator[Event]:
        """Set aside what was on disk: the sender had no answer and sends it again."""
        if parts:
            yield Message(b"".join(parts), whole=False, note="the service stopped in the middle of a block")

    def opened(self, _now: float) -> Iterator[Event]:
        """The sender speaks first."""
        yield from ()

    def receive(self, chunk: bytes, now: float) -> Iterator[Event]:
        """Take in what the connection delivered."""
        self._heard = now
        self._bytes += chunk
        found = True
        while found:
            found = yield from self._collect() if self._inside else self._seek()

    def expired(self, now: float) -> Iterator[Event]:
        """The sender stopped in the middle of a block, or sends it so slowly that it never ends."""
        silent = now - self._heard >= self._silence
        yield from self._give_up(SILENT if silent else SLOW)

    def closed(self, _now: float) -> Iterator[Event]:
        """The connection is gone."""
        yield from self._give_up("the connection ended in the middle of a block")

    def refuse(self, reason: Refused) -> None:
        """The payload just yielded is not on disk: the answer will say so."""
        self._refused = reason

    def _was_refused(self) -> Refused | None:
        refused, self._refused = self._refused, None
        return refused

    def _seek(self) -> Generator[Event, None, bool]:
        """Skip to the beginning of a block; true if there is one."""
        self._begun = self._heard
        before, begin, after = bytes(self._bytes).partition(VT)
        self._inside = bool(begin)
        self._bytes[:] = after
        self._searched = 0
        if stray := before.translate(None, BLANKS):
            yield Noise(stray, "bytes between blocks")
        return self._inside

    def _collect(self) -> Generator[Event, None, bool]:
        """Look for the end of the block; true if there is one."""
        end = self._bytes.find(END, self._searched)
        if end < 0:
            self._searched = max(0, len(self._bytes) - 1)
            if len(self._bytes) > self._largest:
                yield from self._shorten()
            return False
        block = bytes(self._bytes[:end])
        del self._bytes[: end + len(END)]
        yield from self._discard(block) if self._overlong else self._deliver(block)
        self._inside = self._overlong = False
        return True

    def _shorten(self) -> Iterator[Event]:
        """Let go of what is too large, but not of an FS that may begin the end."""
        discarded = bytes(self._bytes[:-1])
        del self._bytes[:-1]
        self._searched = 0
        self._overlong = True
        yield from self._discard(discarded)

    def _discard(self, block: bytes) -> Iterator[Event]:
        yield Noise(block, f"a block of more than {self._largest} bytes")

    def _deliver(self, block: bytes) -> Iterator[Event]:
        *cut, whole = NEW_BLOCK.split(block)
        for piece in cut:
            yield from self._keep_cut(piece, "the sender began again in the middle of a block")
        if not whole:
            yield Noise(frame(whole), "an empty block")
            return
        yield Message(whole)
        answer = self._answer(whole, self._was_refused())
        if answer is not None:
            yield Send(frame(answer))

    def _keep_cut(self, piece: bytes, note: str) -> Iterator[Event]:
        """Keep what was cut off as evidence; it was not acknowledged, so the sender still has it."""
        if piece:
            yield Message(piece, whole=False, note=note)
            self._refused = None

    def _give_up(self, note: str) -> Iterator[Event]:
        block, overlong = bytes(self._bytes), self._overlong
        self._bytes.clear()
        self._searched = 0
        self._inside = self._overlong = False
        yield from self._discard(block) if overlong else self._keep_cut(block, note)
