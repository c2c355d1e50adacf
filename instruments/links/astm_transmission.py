"""What a sender of the ASTM link layer does: the actions of `astm_table` that concern messages that go out.

One message goes out in a session of its own. It is delivered when its last frame has been acknowledged; whatever
happens before that, it is sent again from its beginning in a new session, as the standard has it.
"""

from collections import deque
from collections.abc import Iterator

from instruments.links.astm_frame import ENQ, EOT, RESTRICTED, Frame, by_record, packed, write_frame
from instruments.links.astm_reception import Course
from instruments.links.astm_table import AstmSettings, Occurrence
from instruments.links.link import Delivered, Event, Send, Undelivered

BUSY = "the receiver was busy"
SILENT = "the receiver did not answer"
REFUSED = "the receiver refused a frame"


class Transmission:
    """The messages that wait, and how far the first of them has got."""

    def __init__(self, settings: AstmSettings) -> None:
        self._settings = settings
        self._queue: deque[bytes] = deque()
        self._frames: list[Frame] = []
        self._position = 0
        self._refusals = 0
        self._attempts = 0
        self._interrupted = False

    @property
    def waiting(self) -> bool:
        """Whether there is a message to send."""
        return bool(self._queue)

    def queue(self, message: bytes) -> Iterator[Event]:
        """Have a message sent; one that waits already, word for word, is not queued again."""
        if not message or message.translate(None, RESTRICTED) != message:
            yield Undelivered(message, "it is empty or holds control bytes that no frame may hold")
        elif message not in self._queue:
            self._queue.append(message)

    def leave(self) -> None:
        """The line is gone: begin again when there is one."""
        self._frames = []
        self._refusals = 0

    # The actions of the table.

    def call(self) -> Course:
        """Ask for a session."""
        yield Send(bytes([ENQ]))
        return None

    def hold_off(self) -> Course:
        """Nothing was begun, so nothing is ended."""
        yield from self._count_attempt(BUSY)
        return None

    def give_way(self) -> Course:
        """The ENQ that collided with ours is not answered; the next one is."""
        yield from ()
        return None

    def begin(self) -> Course:
        """The session is ours."""
        cut = by_record if self._settings.a_frame_for_each_record else packed
        self._frames = cut(self._queue[0], self._settings.longest_text)
        self._position = self._refusals = 0
        self._interrupted = False
        yield from ()
        return Occurrence.NEXT

    def send_frame(self) -> Course:
        """The one that is due, for the first time or again."""
        yield Send(write_frame(self._frames[self._position]))
        return None

    def advance(self) -> Course:
        """On to the next frame, or the end."""
        self._position += 1
        self._refusals = 0
        yield from ()
        if self._position < len(self._frames):
            return Occurrence.NEXT
        return Occurrence.INTERRUPTED if self._interrupted else Occurrence.DONE

    def advance_then_yield(self) -> Course:
        """EOT in place of ACK: the standard lets a sender finish its message first, and nothing is lost that way."""
        self._interrupted = True
        return (yield from self.advance())

    def try_again(self) -> Course:
        """NAK, or a byte that is neither ACK nor EOT."""
        self._refusals += 1
        yield from ()
        return Occurrence.AGAIN if self._refusals < self._settings.tries else Occurrence.EXHAUSTED

    def terminate(self) -> Course:
        """All of it was acknowledged."""
        yield Send(bytes([EOT]))
        self._attempts = 0
        self._frames = []
        yield Delivered(self._queue.popleft())
        return None

    def abandon(self) -> Course:
        """The session failed; the message must be sent whole, in another one."""
        yield Send(bytes([EOT]))
        yield from self._count_attempt(REFUSED if self._refusals >= self._settings.tries else SILENT)
        self._frames = []
        self._refusals = 0
        return None

    def _count_attempt(self, reason: str) -> Iterator[Event]:
        self._attempts += 1
        if self._attempts >= self._settings.sessions:
            yield Undelivered(self._queue.popleft(), f"{reason}; attempts: {self._attempts}")
            self._attempts = 0
