"""The receiving side of the ASTM link layer: ASTM E1381, now CLSI LIS01-A2.

A sender opens a session with ENQ, sends frames, each answered before the next, and ends the session with EOT. The texts
of frames are joined before they are read: senders cut them in the middle of a record, an escape or a letter. A message
ends with its record `L` in a frame that ends in ETX; a session may hold several messages, and a message that ends with
its session instead is cut off.

The states are the standard's own:

    NEUTRAL   no session
    AWAKE     ENQ came: may it begin?
    WAITING   for a frame, or EOT
    FRAME     in the middle of a frame
    STRAY     in the middle of something that is no frame: its STX was damaged, or it is too long
    RECEIVED  the frame has ended: is it the next one, a repeat after a lost ACK, or damaged?

How lines damage this, and what keeps it safe:

- Every frame gets one answer, when it has ended and not earlier. A second answer would be taken for the next frame's.
- ENQ and EOT inside a frame may be letters with a flipped bit (E, D). Answering such an ENQ would acknowledge a frame
  that never arrived, so they count only when the line then falls silent, as it does behind a real one.
- A repeat has the number of the last accepted frame and the same text; the same number with another text is refused.
- No record end is added between frames that lack one: where a sender ends every frame in ETX it would cut values.
- A bit flipped in a frame changes its sum. Random damage passes one time in 256; the standard offers no more.
"""

import re
from collections.abc import Callable, Generator, Iterator, Sequence
from enum import Enum, auto
from typing import Final

from instruments.links.astm_frame import (
    ACK,
    CR,
    ENQ,
    EOT,
    LF,
    NAK,
    NUL,
    STX,
    TEXT_ENDS,
    TRAILER,
    Frame,
    FrameError,
    read_frame,
)
from instruments.links.link import Event, Message, Noise, Part, Send

LAST_RECORD = re.compile(rb"L(?:[^0-9A-Za-z\s]|$)")

BEFORE_THE_END = "before the message's last record (L)"
SESSION_ENDED = f"the analyser ended the session {BEFORE_THE_END}"
SESSION_RESTARTED = f"the analyser began a new session {BEFORE_THE_END}; it sends the message again"
FELL_SILENT = f"the analyser fell silent {BEFORE_THE_END}"
CONNECTION_ENDED = "the connection ended before the message did; the analyser sends it again"


class State(Enum):
    """Where a receiver is in a session."""

    NEUTRAL = auto()
    AWAKE = auto()
    WAITING = auto()
    FRAME = auto()
    STRAY = auto()
    RECEIVED = auto()


class Occurrence(Enum):
    """What moves a receiver from state to state: a byte, a verdict, or the line itself."""

    GOT_STX = auto()
    GOT_ENQ = auto()
    GOT_EOT = auto()
    GOT_BLANK = auto()
    GOT_OTHER = auto()
    READY = auto()
    BUSY = auto()
    END = auto()
    OVERLONG = auto()
    BROKEN_OFF = auto()
    GOOD = auto()
    REPEAT = auto()
    BAD = auto()
    KEPT = auto()
    REFUSED = auto()
    SILENCE = auto()
    CLOSED = auto()


CONTROL_BYTES: Final = {
    STX: Occurrence.GOT_STX,
    ENQ: Occurrence.GOT_ENQ,
    EOT: Occurrence.GOT_EOT,
    CR: Occurrence.GOT_BLANK,
    LF: Occurrence.GOT_BLANK,
    NUL: Occurrence.GOT_BLANK,
}

Course = Generator[Event, None, Occurrence | None]
"""The events of one action, and what it makes happen next."""


def ends_with_last_record(text: bytes | bytearray) -> bool:
    """True if the last record of the text is `L`, the message terminator."""
    end = len(text.rstrip(b"\r\n"))
    begin = max(text.rfind(b"\r", 0, end), text.rfind(b"\n", 0, end)) + 1
    return LAST_RECORD.match(bytes(text[begin:end])) is not None


class AstmReceiver:
    """A link engine that receives from one analyser. Times are in seconds, sizes in bytes.

    `ready` says whether a session may begin; a `NAK` to ENQ makes the analyser ask again after ten seconds or more.
    """

    def __init__(
        self,
        *,
        silence: float = 30.0,
        frame_silence: float = 10.0,
        hold: float = 0.5,
        largest_frame: int = 64_000,
        largest_message: int = 16 * 1024 * 1024,
        ready: Callable[[], bool] = lambda: True,
    ) -> None:
        self.silence = silence
        self.frame_silence = frame_silence
        self.hold = hold
        self.largest_frame = largest_frame
        self.largest_message = largest_message
        self._ready = ready
        self.state = State.NEUTRAL
        self._bytes = bytearray()
        self._outside = bytearray()
        self._text = bytearray()
        self._frame = Frame(0, b"", False)
        self._accepted: Frame | None = None
        self._refused = False

    @property
    def patience(self) -> float | None:
        """30 s between frames, 10 s inside one, half a second behind an ENQ or EOT that stands inside one."""
        if self.state is State.NEUTRAL:
            return None
        if self.state in (State.FRAME, State.STRAY):
            return self.hold if self._bytes[-1] in (ENQ, EOT) else self.frame_silence
        return self.silence

    def resume(self, parts: Sequence[bytes]) -> Iterator[Event]:
        """Set aside what was on disk: the analyser begins its message again."""
        self._text[:] = b"".join(parts)
        yield from self._give_up(CONNECTION_ENDED)

    def receive(self, chunk: bytes) -> Iterator[Event]:
        """Take in what the port delivered: reads are not frames."""
        at = 0
        while at < len(chunk):
            end = self._stop(chunk, at)
            self._bytes += chunk[at:end]
            yield from self._move(CONTROL_BYTES.get(chunk[end - 1], Occurrence.GOT_OTHER))
            at = end
        yield from self._noise_outside()

    def expired(self) -> Iterator[Event]:
        """The line was silent for as long as `patience` said."""
        yield from self._move(Occurrence.SILENCE)

    def closed(self) -> Iterator[Event]:
        """The line went away; the next session begins afresh."""
        yield from self._move(Occurrence.CLOSED)

    def refuse(self) -> None:
        """The payload just yielded is not on disk: the frame counts as not accepted."""
        self._refused = True

    def _move(self, occurrence: Occurrence | None) -> Iterator[Event]:
        while occurrence is not None:
            action, self.state = TRANSITIONS[self.state, occurrence]
            occurrence = yield from action(self)

    def _stop(self, chunk: bytes, at: int) -> int:
        """Where the next byte that may change something ends: any byte, but inside a frame only CR and the cap do."""
        if self.state is not State.FRAME:
            return at + 1
        room = self.largest_frame + 1 - len(self._bytes)
        return chunk.find(CR, at, at + room) + 1 or min(at + room, len(chunk))

    def _was_refused(self) -> bool:
        refused, self._refused = self._refused, False
        return refused

    def _expected(self) -> int:
        return (self._accepted.number + 1) % 8 if self._accepted else 1

    def _noise_outside(self) -> Iterator[Event]:
        if self._outside:
            outside = bytes(self._outside)
            self._outside.clear()
            yield Noise(outside, "bytes outside a session")

    def _give_up(self, note: str) -> Iterator[Event]:
        """Keep an unfinished message as evidence; if that is refused it stays with us until the next ENQ."""
        if self._text:
            yield Message(bytes(self._text), whole=False, note=note)
            if not self._was_refused():
                self._text.clear()

    # Actions: each is named in TRANSITIONS and carries out one arrow of the standard's diagram.

    def _skip(self) -> Course:
        """Nothing comes of it: the LF behind a frame, a stray CR, the nulls of a line that wakes up."""
        self._bytes.clear()
        yield from ()
        return None

    def _set_outside(self) -> Course:
        """A byte outside any session."""
        self._outside += self._bytes
        self._bytes.clear()
        yield from ()
        return None

    def _wake(self) -> Course:
        """Begin a session, once nothing unfinished is left from the one before."""
        self._bytes.clear()
        yield from self._noise_outside()
        yield from self._give_up(SESSION_RESTARTED)
        self._accepted = None
        return Occurrence.BUSY if self._text or not self._ready() else Occurrence.READY

    def _end_session(self) -> Course:
        """EOT is never acknowledged."""
        self._bytes.clear()
        yield from self._give_up(SESSION_ENDED)
        return None

    def _time_out(self) -> Course:
        """The session is dead."""
        yield from self._give_up(FELL_SILENT)
        return None

    def _leave(self) -> Course:
        """The line is gone, whatever the state."""
        yield from self._noise_outside()
        if self._bytes:
            yield from self._discard("the connection ended in the middle of a frame")
        yield from self._give_up(CONNECTION_ENDED)
        return None

    def _collect(self) -> Course:
        """One byte more; ETB or ETX, two digits and CR are the end."""
        if self._bytes[-1] == CR and self._bytes[-TRAILER : 1 - TRAILER] in TEXT_ENDS:
            return Occurrence.END
        if len(self._bytes) > self.largest_frame:
            return Occurrence.OVERLONG
        yield from ()
        return None

    def _restart(self) -> Course:
        """STX among stray bytes: a frame begins after all."""
        if stray := bytes(self._bytes[:-1]):
            yield Noise(stray, "bytes between frames")
        del self._bytes[:-1]
        return None

    def _shorten(self) -> Course:
        """Let go of what is too long, but not of a trailer that may have begun."""
        yield Noise(
            bytes(self._bytes[: 1 - TRAILER]), f"more than {self.largest_frame} bytes without the end of a frame"
        )
        del self._bytes[: 1 - TRAILER]
        return None

    def _break_off(self) -> Course:
        """Silence inside a frame: what stood last may be a real ENQ or EOT, else the rest of the frame is lost."""
        last = CONTROL_BYTES.get(self._bytes[-1])
        yield from self._discard("a frame that broke off")
        return last if last in (Occurrence.GOT_ENQ, Occurrence.GOT_EOT) else Occurrence.BROKEN_OFF

    def _judge(self) -> Course:
        """Is it valid, and is it the next one?"""
        try:
            frame = read_frame(bytes(self._bytes))
        except FrameError as error:
            yield from self._discard(str(error))
            return Occurrence.BAD
        if frame == self._accepted:
            self._bytes.clear()
            return Occurrence.REPEAT
        if fault := self._out_of_place(frame):
            yield from self._discard(fault)
            return Occurrence.BAD
        self._bytes.clear()
        self._frame = frame
        return Occurrence.GOOD

    def _out_of_place(self, frame: Frame) -> str:
        if frame.number != self._expected():
            return f"the frame number is {frame.number}, expected {self._expected()}"
        if len(self._text) + len(frame.text) > self.largest_message:
            return f"the message is larger than {self.largest_message} bytes"
        return ""

    def _keep(self) -> Course:
        """Hand the text over; it counts only when it is on disk."""
        text = self._frame.text
        self._text += text
        ends = self._frame.last and ends_with_last_record(self._text)
        yield Message(bytes(self._text)) if ends else Part(text)
        if self._was_refused():
            del self._text[len(self._text) - len(text) :]
            return Occurrence.REFUSED
        if ends:
            self._text.clear()
        self._accepted = self._frame
        return Occurrence.KEPT

    def _discard(self, reason: str) -> Iterator[Event]:
        """Set the collected bytes aside."""
        discarded = bytes(self._bytes)
        self._bytes.clear()
        yield Noise(discarded, reason)

    def _acknowledge(self) -> Course:
        """The bytes are safe."""
        yield Send(bytes([ACK]))
        return None

    def _decline(self) -> Course:
        """Send it again."""
        yield Send(bytes([NAK]))
        return None


Action = Callable[[AstmReceiver], Course]
Transitions = dict[tuple[State, Occurrence], tuple[Action, State]]

ANY_BYTE: Final = (*dict.fromkeys(CONTROL_BYTES.values()), Occurrence.GOT_OTHER)


def _transitions() -> Transitions:
    at, it, engine = State, Occurrence, AstmReceiver
    return {
        **{(at.NEUTRAL, byte): (engine._set_outside, at.NEUTRAL) for byte in ANY_BYTE},
        (at.NEUTRAL, it.GOT_ENQ): (engine._wake, at.AWAKE),
        (at.AWAKE, it.READY): (engine._acknowledge, at.WAITING),
        (at.AWAKE, it.BUSY): (engine._decline, at.NEUTRAL),
        (at.WAITING, it.GOT_STX): (engine._restart, at.FRAME),
        (at.WAITING, it.GOT_ENQ): (engine._wake, at.AWAKE),
        (at.WAITING, it.GOT_EOT): (engine._end_session, at.NEUTRAL),
        (at.WAITING, it.GOT_BLANK): (engine._skip, at.WAITING),
        (at.WAITING, it.GOT_OTHER): (engine._collect, at.STRAY),
        (at.WAITING, it.SILENCE): (engine._time_out, at.NEUTRAL),
        (at.WAITING, it.BROKEN_OFF): (engine._decline, at.WAITING),
        **{(at.FRAME, byte): (engine._collect, at.FRAME) for byte in ANY_BYTE},
        (at.FRAME, it.END): (engine._judge, at.RECEIVED),
        (at.FRAME, it.OVERLONG): (engine._shorten, at.STRAY),
        (at.FRAME, it.SILENCE): (engine._break_off, at.WAITING),
        **{(at.STRAY, byte): (engine._collect, at.STRAY) for byte in ANY_BYTE},
        (at.STRAY, it.GOT_STX): (engine._restart, at.FRAME),
        (at.STRAY, it.END): (engine._judge, at.RECEIVED),
        (at.STRAY, it.OVERLONG): (engine._shorten, at.STRAY),
        (at.STRAY, it.SILENCE): (engine._break_off, at.WAITING),
        (at.RECEIVED, it.GOOD): (engine._keep, at.RECEIVED),
        (at.RECEIVED, it.KEPT): (engine._acknowledge, at.WAITING),
        (at.RECEIVED, it.REFUSED): (engine._decline, at.WAITING),
        (at.RECEIVED, it.REPEAT): (engine._acknowledge, at.WAITING),
        (at.RECEIVED, it.BAD): (engine._decline, at.WAITING),
        (at.NEUTRAL, it.SILENCE): (engine._skip, at.NEUTRAL),
        **{(state, it.CLOSED): (engine._leave, at.NEUTRAL) for state in State},
    }


TRANSITIONS: Final = _transitions()
