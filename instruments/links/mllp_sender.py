"""The sending side of MLLP: one message at a time, and the next one only after the reply to the one before.

A reply is matched to its message by the control id it names. One that names another is stale: the answer to a message
that was sent again while the peer was only slow. It is set aside, or every later answer would be taken for the wrong
message. After silence the connection must be given up for the same reason; the message goes out again on the next one,
under the same control id. What a reply says is content, which the link does not know: `read_reply` does.

Some peers leave out the CR behind the FS that ends a reply. There the reply ends when nothing has come for `late`.
"""

import re
from collections.abc import Callable, Iterator
from typing import Final, Literal, NamedTuple

from instruments.links.link import Delivered, Event, Noise, Send, Undelivered
from instruments.links.mllp import BLANKS, MARK, TAIL, VT, frame

Outcome = Literal["accepted", "refused", "rejected"]
"""Taken; not now; never."""


class Reply(NamedTuple):
    """What a reply says: to which message, what became of it, and why in a few words without values."""

    control_id: str
    outcome: Outcome
    reason: str = ""


ReadReply = Callable[[bytes], Reply | None]
"""The payload of a block -> what it says; None for one that is no reply."""

NO_REPLY: Final = "no reply came"
LOST: Final = "the connection ended before the reply came"


class MllpSender:
    """A link engine that sends over one connection. `reply` is how long it waits for a reply, in seconds."""

    def __init__(
        self, read_reply: ReadReply, *, reply: float = 30.0, late: float = 0.5, largest_reply: int = 1024 * 1024
    ) -> None:
        self._read_reply = read_reply
        self._reply = reply
        self._late = late
        self._largest_reply = largest_reply
        self._bytes = bytearray()
        self._waiting: tuple[str, bytes] | None = None
        self._sent = 0.0
        self._heard = 0.0

    @property
    def deadline(self) -> float | None:
        """When a reply is overdue, or over without its CR."""
        if not self._waiting:
            return None
        overdue = self._sent + self._reply
        return min(overdue, self._heard + self._late) if TAIL.search(self._bytes) else overdue

    def send(self, control_id: str, payload: bytes, now: float) -> Iterator[Event]:
        """Send a message; `Delivered` or `Undelivered` tells what became of it."""
        self._waiting, self._sent = (control_id, payload), now
        yield Send(frame(payload))

    def receive(self, chunk: bytes, now: float) -> Iterator[Event]:
        """Take in what the connection delivered, if anything."""
        self._heard = now if chunk else self._heard
        self._bytes += chunk
        while mark := MARK.search(self._bytes):
            yield from self._take_to(mark)
        if len(self._bytes) > self._largest_reply:
            yield Noise(bytes(self._bytes), f"more than {self._largest_reply} bytes without the end of a reply")
            self._bytes.clear()

    def expired(self, now: float) -> Iterator[Event]:
        """What was perhaps the end of a reply was it; or no reply came, and this connection is of no further use."""
        if tail := TAIL.search(self._bytes):
            yield from self._take_to(tail)
        if now >= self._sent + self._reply:
            yield from self._give_up(NO_REPLY)

    def closed(self, _now: float) -> Iterator[Event]:
        """The connection is gone; its last reply may lack the CR."""
        if tail := TAIL.search(self._bytes):
            yield from self._take_to(tail)
        self._bytes.clear()
        yield from self._give_up(LOST)

    def _take_to(self, mark: re.Match[bytes]) -> Iterator[Event]:
        block = bytes(self._bytes[: mark.start()])
        del self._bytes[: mark.end()]
        yield from self._take(block)

    def _give_up(self, reason: str) -> Iterator[Event]:
        if self._waiting:
            _, payload = self._waiting
            self._waiting = None
            yield Undelivered(payload, reason)

    def _take(self, block: bytes) -> Iterator[Event]:
        before, begin, content = block.rpartition(VT)
        if stray := before.translate(None, BLANKS):
            yield Noise(stray, "bytes between replies")
        reply = self._read_reply(content) if begin else None
        if reply is None or self._waiting is None or reply.control_id != self._waiting[0]:
            yield Noise(content, "a reply to no message that waits for one")
            return
        _, payload = self._waiting
        self._waiting = None
        if reply.outcome == "accepted":
            yield Delivered(payload, content)
        else:
            yield Undelivered(payload, reply.reason, outcome=reply.outcome)
