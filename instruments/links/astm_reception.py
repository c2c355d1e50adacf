"""What a receiver of the ASTM link layer does: the actions of `astm_table` that concern bytes that come in.

The texts of frames are joined before they are read: senders cut them in the middle of a record, an escape or a letter.
A message ends with its record `L` in a frame that ends in ETX; a session may hold several messages, and a message that
ends with its session instead is cut off.

How lines damage frames, and what keeps that safe:

- Every frame gets one answer, when it has ended and not earlier. A second answer would be taken for the next frame's.
- ENQ and EOT inside a frame may be letters with a flipped bit (E, D). Answering such an ENQ would acknowledge a frame
  that never arrived, so they count only when the line then falls silent, as it does behind a real one.
- A repeat has the number of the last accepted frame and the same text; the same number with another text is refused.
- No record end is added between frames that lack one: where a sender ends every frame in ETX it would cut values.
- A bit flipped in a frame changes its sum. Random damage passes one time in 256; the standard offers no more.
"""

import re
from collections.abc import Callable, Generator, Iterator
from typing import Final

from instruments.links.astm_frame import ACK, CR, ENQ, EOT, NAK, TEXT_ENDS, TRAILER, Frame, FrameError, read_frame
from instruments.links.astm_table import CONTROL_BYTES, AstmSettings, Occurrence
from instruments.links.link import Event, Message, Noise, Part, Send

LAST_RECORD = re.compile(rb"L(?:[^0-9A-Za-z\s]|$)")

BEFORE_THE_END = "before the message's last record (L)"
SESSION_ENDED = f"the analyser ended the session {BEFORE_THE_END}"
SESSION_RESTARTED = f"the analyser began a new session {BEFORE_THE_END}; it sends the message again"
FELL_SILENT = f"the analyser fell silent {BEFORE_THE_END}"
CONNECTION_ENDED = "the connection ended before the message did; the analyser sends it again"

Course = Generator[Event, None, Occurrence | None]
"""The events of one action, and what it makes happen next."""
SESSION_BYTES: Final = (Occurrence.GOT_ENQ, Occurrence.GOT_EOT)


def ends_with_last_record(text: bytes | bytearray) -> bool:
    """True if the last record of the text is `L`, the message terminator."""
    end = len(text.rstrip(b"\r\n"))
    begin = max(text.rfind(b"\r", 0, end), text.rfind(b"\n", 0, end)) + 1
    return LAST_RECORD.match(bytes(text[begin:end])) is not None


class Reception:
    """What has come in of a frame, a message and a session. `answer` is told of every message that was kept."""

    def __init__(self, settings: AstmSettings, ready: Callable[[], bool], answer: Callable[[bytes], None]) -> None:
        self._settings = settings
        self._ready = ready
        self._answer = answer
        self._bytes = bytearray()
        self._outside = bytearray()
        self._text = bytearray()
        self._frame = Frame(0, b"", False)
        self._accepted: Frame | None = None
        self._refused = False

    @property
    def may_have_ended(self) -> bool:
        """Whether what stands last in the frame would end the session, were it real."""
        return self._bytes[-1:] in (bytes([ENQ]), bytes([EOT]))

    def take(self, piece: bytes) -> Occurrence:
        """Collect bytes of which only the last may change something, and say what it is."""
        self._bytes += piece
        return CONTROL_BYTES.get(piece[-1], Occurrence.GOT_OTHER)

    def forget(self) -> None:
        """What was collected has had its effect."""
        self._bytes.clear()

    def frame_end(self, chunk: bytes, at: int) -> int:
        """Where, inside a frame, the next byte that may change something ends: only CR and the cap do."""
        room = self._settings.largest_frame + 1 - len(self._bytes)
        return chunk.find(CR, at, at + room) + 1 or min(at + room, len(chunk))

    def refuse(self) -> None:
        """The payload just yielded is not on disk: the frame counts as not accepted."""
        self._refused = True

    def set_beginning(self, parts: bytes) -> None:
        """Take over what an earlier run received of a message."""
        self._text[:] = parts

    def noise_outside(self) -> Iterator[Event]:
        """Hand over what came outside any session."""
        if self._outside:
            outside = bytes(self._outside)
            self._outside.clear()
            yield Noise(outside, "bytes outside a session")

    def give_up(self, note: str) -> Iterator[Event]:
        """Keep an unfinished message as evidence; if that is refused it stays with us until the next ENQ."""
        if self._text:
            yield Message(bytes(self._text), whole=False, note=note)
            if not self._was_refused():
                self._text.clear()

    # The actions of the table, each the generator of its events, which returns what it makes happen next.

    def skip(self) -> Course:
        """The LF behind a frame, a stray CR, the nulls of a line that wakes up."""
        yield from ()
        return None

    def set_outside(self) -> Course:
        """A byte outside any session."""
        self._outside += self._bytes
        yield from ()
        return None

    def wake(self) -> Course:
        """Begin a session, once nothing unfinished is left from the one before."""
        yield from self.noise_outside()
        yield from self.give_up(SESSION_RESTARTED)
        self._accepted = None
        return Occurrence.BUSY if self._text or not self._ready() else Occurrence.READY

    def end_session(self) -> Course:
        """EOT is never acknowledged."""
        yield from self.give_up(SESSION_ENDED)
        return None

    def time_out(self) -> Course:
        """The session is dead."""
        yield from self.give_up(FELL_SILENT)
        return None

    def leave(self) -> Iterator[Event]:
        """The line is gone, whatever the state."""
        yield from self.noise_outside()
        if self._bytes:
            yield from self._discard("the connection ended in the middle of a frame")
        yield from self.give_up(CONNECTION_ENDED)

    def collect(self) -> Course:
        """One byte more; ETB or ETX, two digits and CR are the end."""
        if self._bytes[-1] == CR and self._bytes[-TRAILER : 1 - TRAILER] in TEXT_ENDS:
            return Occurrence.END
        if len(self._bytes) > self._settings.largest_frame:
            return Occurrence.OVERLONG
        yield from ()
        return None

    def restart(self) -> Course:
        """STX among stray bytes: a frame begins after all."""
        if stray := bytes(self._bytes[:-1]):
            yield Noise(stray, "bytes between frames")
        del self._bytes[:-1]
        return None

    def shorten(self) -> Course:
        """Let go of what is too long, but not of a trailer that may have begun."""
        reason = f"more than {self._settings.largest_frame} bytes without the end of a frame"
        yield Noise(bytes(self._bytes[: 1 - TRAILER]), reason)
        del self._bytes[: 1 - TRAILER]
        return None

    def break_off(self) -> Course:
        """Silence inside a frame: what stood last may be a real ENQ or EOT, else the rest of the frame is lost."""
        last = CONTROL_BYTES.get(self._bytes[-1])
        yield from self._discard("a frame that broke off")
        return last if last in SESSION_BYTES else Occurrence.BROKEN_OFF

    def judge(self) -> Course:
        """Is it valid, and is it the next one?"""
        try:
            frame = read_frame(bytes(self._bytes))
        except FrameError as error:
            yield from self._discard(str(error))
            return Occurrence.BAD
        if frame == self._accepted:
            return Occurrence.REPEAT
        if fault := self._out_of_place(frame):
            yield from self._discard(fault)
            return Occurrence.BAD
        self._frame = frame
        return Occurrence.GOOD

    def keep(self) -> Course:
        """Hand the text over; it counts only when it is on disk."""
        text = self._frame.text
        self._text += text
        ends = self._frame.last and ends_with_last_record(self._text)
        yield Message(bytes(self._text)) if ends else Part(text)
        if self._was_refused():
            del self._text[len(self._text) - len(text) :]
            return Occurrence.REFUSED
        self._accepted = self._frame
        if ends:
            message = bytes(self._text)
            self._text.clear()
            self._answer(message)
        return Occurrence.KEPT

    def acknowledge(self) -> Course:
        """The bytes are safe."""
        yield Send(bytes([ACK]))
        return None

    def decline(self) -> Course:
        """Send it again."""
        yield Send(bytes([NAK]))
        return None

    def _was_refused(self) -> bool:
        refused, self._refused = self._refused, False
        return refused

    def _expected(self) -> int:
        return (self._accepted.number + 1) % 8 if self._accepted else 1

    def _out_of_place(self, frame: Frame) -> str:
        if frame.number != self._expected():
            return f"the frame number is {frame.number}, expected {self._expected()}"
        if len(self._text) + len(frame.text) > self._settings.largest_message:
            return f"the message is larger than {self._settings.largest_message} bytes"
        return ""

    def _discard(self, reason: str) -> Iterator[Event]:
        """Set the collected bytes aside."""
        discarded = bytes(self._bytes)
        self._bytes.clear()
        yield Noise(discarded, reason)
