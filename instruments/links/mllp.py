r"""The receiving side of MLLP, HL7's minimal lower layer protocol.

    VT content FS CR          0B ... 1C 0D

The sender takes the answer for a promise, so a block that was cut off gets none and is kept as evidence. Reads are not
blocks: several may come in one, one may come in many. Between blocks, nulls and line ends are common and mean nothing.

A sender that broke off may begin again on the same connection. VT also occurs inside content (it is a word processor's
line break), so a new block is seen only in VT followed by the header of a message; otherwise the two would be read as
one message.

Where a block ends is decided by what stands behind its FS:

    FS CR, and no byte more              the end, at once: this is how nearly every block comes
    FS CR VT, or a null or line end      the end
    FS CR, other bytes, VT               the end, and noise between two blocks
    FS CR, other bytes, FS CR            content: some senders do not escape the two bytes in their texts
    FS CR, other bytes, and no more yet  one of the two before: told by the next bytes, or the end after `late`
    FS VT and the header of a message    the end: the sender leaves out CR
    FS, and no byte more                 CR may be late, or left out: the end after `late`, and never before
    FS and anything else                 content

What cannot be told apart: FS CR of the content that happens to be the last of a read, for its continuation comes later
than the answer is due; and FS of the content behind which the sender falls silent for `late`. A second read behind the
first of these is noise then, and the message shows that it stops in the middle of a segment.
"""

import re
from collections.abc import Callable, Generator, Iterator, Sequence
from typing import Final, NamedTuple

from instruments.errors import Refused
from instruments.links.link import Event, Message, Noise, Send

VT: Final = b"\x0b"
END: Final = b"\x1c\r"
BLANKS: Final = b"\0\r\n"
NEW_BLOCK: Final = re.compile(rb"\x0b(?=MSH)")
MARK: Final = re.compile(rb"\x1c(?:\r|[\0\r\n]{0,8}(?=\x0b(?:MSH|BHS|FHS)))")
"""Ends a block unless it goes on; without CR only in front of a new one."""
LONGEST_MARK: Final = 13
TAIL: Final = re.compile(rb"\x1c[\0\r\n]{0,8}\Z")
"""Perhaps the end of a block, behind which nothing has come yet."""

SILENT: Final = "the sender fell silent in the middle of a block"
SLOW: Final = "the sender was too slow with a block"

Answer = Callable[[bytes, Refused | None], Sequence[bytes]]
"""Payload, and why it was refused, if it was -> the acknowledgements without framing: none, one, or several."""


class Extent(NamedTuple):
    """Where the content of a block ends, and where what comes behind its end mark begins."""

    end: int
    behind: int


def frame(payload: bytes) -> bytes:
    """The payload as a block."""
    return VT + payload + END


class MllpReceiver:
    """A link engine that receives from one HL7 sender on one connection. Seconds and bytes."""

    def __init__(
        self,
        answer: Answer,
        *,
        late: float = 0.5,
        silence: float = 60.0,
        longest: float = 600.0,
        largest: int = 16 * 1024 * 1024,
    ) -> None:
        self._answer = answer
        self._late = late
        self._silence = silence
        self._longest = longest
        self._largest = largest
        self._heard = 0.0
        self._begun = 0.0
        self._bytes = bytearray()
        self._searched = 0
        self._inside = False
        self._overlong = False
        self._perhaps: Extent | None = None
        """Where the block ends unless more of it comes."""
        self._refused: Refused | None = None

    @property
    def deadline(self) -> float | None:
        """Limits inside a block, of silence and in all; a connection may stay idle between blocks for ever."""
        if not self._inside:
            return None
        silence = min(self._late, self._silence) if self._perhaps else self._silence
        return min(self._heard + silence, self._begun + self._longest)

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
        yield from self._take()

    def _take(self) -> Iterator[Event]:
        """Take every block that is there."""
        found = True
        while found:
            found = yield from self._collect() if self._inside else self._seek()

    def expired(self, now: float) -> Iterator[Event]:
        """What was perhaps the end was the end; or the sender stopped in the middle of a block, or is too slow."""
        if self._perhaps:
            yield from self._finish(self._perhaps)
            yield from self._take()
            return
        silent = now - self._heard >= self._silence
        yield from self._give_up(SILENT if silent else SLOW)

    def closed(self, _now: float) -> Iterator[Event]:
        """The connection is gone."""
        if self._perhaps:
            yield from self._finish(self._perhaps)
            yield from self._take()
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
        if extent := self._extent():
            yield from self._finish(extent)
            return True
        if len(self._bytes) > self._largest:
            yield from self._shorten()
        return False

    def _extent(self) -> Extent | None:
        """Where the block ends; None while that cannot be said, and then `_perhaps` is where it may."""
        self._perhaps = None
        mark = MARK.search(self._bytes, self._searched)
        if mark is None:
            self._searched = max(0, len(self._bytes) - LONGEST_MARK)
            if tail := TAIL.search(self._bytes, self._searched):
                self._perhaps = Extent(tail.start(), tail.end())
            return None
        extent = Extent(mark.start(), mark.end())
        while self._may_go_on(extent):
            end = self._bytes.find(END, extent.behind)
            if end < 0:
                self._searched, self._perhaps = extent.end, extent
                return None
            extent = Extent(end, end + len(END))
        return extent

    def _may_go_on(self, extent: Extent) -> bool:
        """Whether what stands behind an end may belong to the block: no blank, and no other block begins first."""
        follows = self._bytes[extent.behind : extent.behind + 1]
        if not follows or follows in VT + BLANKS:
            return False
        begin, end = (self._bytes.find(mark, extent.behind) for mark in (VT, END))
        return begin < 0 or 0 <= end < begin

    def _finish(self, extent: Extent) -> Iterator[Event]:
        """Take the block that ends here, and let go of it."""
        block = bytes(self._bytes[: extent.end])
        del self._bytes[: extent.behind]
        overlong = self._overlong
        self._inside = self._overlong = False
        self._perhaps = None
        yield from self._discard(block) if overlong else self._deliver(block)

    def _shorten(self) -> Iterator[Event]:
        """Let go of what is too large, but not of bytes that may begin the end."""
        discarded = bytes(self._bytes[:-LONGEST_MARK])
        del self._bytes[:-LONGEST_MARK]
        self._searched = 0
        self._overlong = True
        self._perhaps = None
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
        for answer in self._answer(whole, self._was_refused()):
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
        self._perhaps = None
        yield from self._discard(block) if overlong else self._keep_cut(block, note)
