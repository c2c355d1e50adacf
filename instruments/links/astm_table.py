"""The ASTM link layer as a table (ASTM E1381, now CLSI LIS01-A2): state, occurrence -> action, next state.

A session has the standard's phases. Establishment: ENQ, answered with ACK, or with NAK by a receiver that is busy.
Transfer: frames, each answered before the next. Termination: EOT, which is never answered. Either side may be the
sender of a session; at any moment there is one. `docs/astm.md` is written from this table.
"""

from enum import Enum
from typing import Final

import msgspec

from instruments.links.astm_frame import ACK, CR, ENQ, EOT, LF, NAK, NUL, STX


class Step(Enum):
    """What the table is made of; hashed as the single objects they are, which takes a third of a name's hash."""

    __hash__ = object.__hash__


class State(Step):
    """Where a line is in a session."""

    NEUTRAL = "no session"
    AWAKE = "ENQ came: may a session begin?"
    WAITING = "receiving: a frame or EOT is awaited"
    FRAME = "receiving: in the middle of a frame"
    STRAY = "receiving: in the middle of something that is no frame; its STX was damaged, or it is too long"
    RECEIVED = "receiving: a frame has ended; is it the next one, a repeat after a lost ACK, or damaged?"
    CALLING = "sending: ENQ is out, its reply is awaited"
    SENDING = "sending: what goes out next?"
    SENT = "sending: a frame is out, its reply is awaited"
    HELD_OFF = "the receiver was busy: it is given time before the next ENQ"
    CONTENTION = "both sides have sent ENQ: the host waits for the instrument's next one, the instrument sends it"
    YIELDED = "our session is over and its receiver had asked for the line: its ENQ is awaited"
    RESTING = "a session of ours failed: the line is given time before the next ENQ"


class Occurrence(Step):
    """What moves a line from state to state: a byte, a verdict, or the line itself."""

    GOT_STX = "STX"
    GOT_ENQ = "ENQ"
    GOT_EOT = "EOT"
    GOT_ACK = "ACK"
    GOT_NAK = "NAK"
    GOT_BLANK = "CR, LF or NUL"
    GOT_OTHER = "any other byte"
    READY = "ready"
    BUSY = "busy"
    END = "end of frame"
    OVERLONG = "too long"
    BROKEN_OFF = "broken off"
    GOOD = "good frame"
    REPEAT = "repeated frame"
    BAD = "bad frame"
    KEPT = "kept"
    REFUSED = "not kept"
    TO_SEND = "message to send"
    NEXT = "next frame"
    AGAIN = "same frame again"
    EXHAUSTED = "refused too often"
    DONE = "message sent"
    INTERRUPTED = "message sent, receiver wants the line"
    SILENCE = "silence"
    CLOSED = "line gone"


class Action(Step):
    """What is done on the way from one state to the next."""

    SKIP = "nothing comes of it"
    SET_OUTSIDE = "set the byte aside: it belongs to no session"
    WAKE = "keep what a session before left unfinished, then see whether a new one may begin"
    ACKNOWLEDGE = "send ACK: the bytes are safe"
    DECLINE = "send NAK: not now, or once more"
    COLLECT = "collect the byte; ETB or ETX, two digits and CR are the end of a frame"
    RESTART = "set aside what came before this STX"
    SHORTEN = "set aside what is too long, but not a trailer that may have begun"
    BREAK_OFF = "set the frame aside; an ENQ or EOT that stood last in it was a real one"
    JUDGE = "check the sum, the number, and whether it is the frame before once more"
    KEEP = "put the text on disk; a last record (L) in a frame that ends in ETX ends the message"
    END_SESSION = "keep what is unfinished as evidence"
    TIME_OUT = "keep what is unfinished as evidence: the session is dead"
    CALL = "send ENQ"
    HOLD_OFF = "count an attempt that failed; after the last one the message is given up"
    GIVE_WAY = "contention: the instrument goes first"
    BEGIN = "cut the message into frames; the first has number 1"
    SEND_FRAME = "send the frame"
    ADVANCE = "the frame was accepted"
    ADVANCE_THEN_YIELD = "the frame was accepted, and the receiver wants the line when the message is through"
    TRY_AGAIN = "the frame was refused; after six times in all the session is over"
    TERMINATE = "send EOT: the message is delivered"
    ABANDON = "send EOT and count an attempt that failed; after the last one the message is given up"
    LEAVE = "keep what is unfinished as evidence; what was being sent is sent again from its beginning"


class AstmSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Timers in seconds, sizes in bytes.

    Replaced in tests and where an instrument needs it; the defaults are the standard's, or common practice where it
    has none (`rest_of_frame`, `hold`).
    """

    frame: float = 30.0
    """A receiver waits so long for a frame or EOT."""
    rest_of_frame: float = 10.0
    """A receiver waits so long between two bytes of a frame."""
    hold: float = 0.5
    """An ENQ or EOT inside a frame is a real one if the line then is silent for so long."""
    reply: float = 15.0
    """A sender waits so long for the reply to an ENQ or a frame."""
    busy: float = 10.0
    """A sender waits so long after NAK to its ENQ, and after a session that failed."""
    host_contention: float = 20.0
    """A host that gave way waits so long for the instrument's ENQ."""
    instrument_contention: float = 1.0
    """An instrument sends its ENQ again after so long."""
    yielded: float = 15.0
    """A sender whose receiver asked for the line leaves it so long."""
    tries: int = 6
    """A frame is sent at most so often."""
    sessions: int = 6
    """A message is sent in at most so many sessions."""
    longest_text: int = 240
    """The text of a frame that we send."""
    a_frame_for_each_record: bool = True
    """Whether every record begins a frame, as E1394 has it; else frames are filled."""
    largest_frame: int = 64_000
    """The largest frame that is accepted."""
    largest_message: int = 16 * 1024 * 1024
    """The largest message that is accepted."""


CONTROL_BYTES: Final = {
    STX: Occurrence.GOT_STX,
    ENQ: Occurrence.GOT_ENQ,
    EOT: Occurrence.GOT_EOT,
    ACK: Occurrence.GOT_ACK,
    NAK: Occurrence.GOT_NAK,
    CR: Occurrence.GOT_BLANK,
    LF: Occurrence.GOT_BLANK,
    NUL: Occurrence.GOT_BLANK,
}
ANY_BYTE: Final = (*dict.fromkeys(CONTROL_BYTES.values()), Occurrence.GOT_OTHER)
QUIET: Final = (State.NEUTRAL, State.HELD_OFF, State.CONTENTION, State.YIELDED, State.RESTING)
"""States in which neither side is in a session."""

TIMERS: Final = {
    State.WAITING: "frame",
    State.FRAME: "rest_of_frame",
    State.STRAY: "rest_of_frame",
    State.CALLING: "reply",
    State.SENT: "reply",
    State.HELD_OFF: "busy",
    State.CONTENTION: "host_contention",
    State.YIELDED: "yielded",
    State.RESTING: "busy",
}
"""Which timer runs in a state; a state without one waits for ever. An instrument in contention has one of its own."""

Transitions = dict[tuple[State, Occurrence], tuple[Action, State]]


def _on(state: State, occurrences: tuple[Occurrence, ...], action: Action, then: State) -> Transitions:
    return {(state, occurrence): (action, then) for occurrence in occurrences}


def _establishment() -> Transitions:
    at, it, do = State, Occurrence, Action
    table: Transitions = {}
    for quiet in QUIET:
        table |= _on(quiet, ANY_BYTE, do.SET_OUTSIDE, quiet)
        table[quiet, it.GOT_ENQ] = (do.WAKE, at.AWAKE)
        table[quiet, it.SILENCE] = (do.SKIP, at.NEUTRAL)
    return table | {
        (at.NEUTRAL, it.TO_SEND): (do.CALL, at.CALLING),
        (at.AWAKE, it.READY): (do.ACKNOWLEDGE, at.WAITING),
        (at.AWAKE, it.BUSY): (do.DECLINE, at.NEUTRAL),
        **_on(at.CALLING, ANY_BYTE, do.SET_OUTSIDE, at.CALLING),
        (at.CALLING, it.GOT_ACK): (do.BEGIN, at.SENDING),
        (at.CALLING, it.GOT_NAK): (do.HOLD_OFF, at.HELD_OFF),
        (at.CALLING, it.GOT_ENQ): (do.GIVE_WAY, at.CONTENTION),
        (at.CALLING, it.SILENCE): (do.ABANDON, at.RESTING),
    }


def _receiving() -> Transitions:
    at, it, do = State, Occurrence, Action
    return {
        (at.WAITING, it.GOT_STX): (do.RESTART, at.FRAME),
        (at.WAITING, it.GOT_ENQ): (do.WAKE, at.AWAKE),
        (at.WAITING, it.GOT_EOT): (do.END_SESSION, at.NEUTRAL),
        (at.WAITING, it.GOT_BLANK): (do.SKIP, at.WAITING),
        **_on(at.WAITING, (it.GOT_ACK, it.GOT_NAK, it.GOT_OTHER), do.COLLECT, at.STRAY),
        (at.WAITING, it.SILENCE): (do.TIME_OUT, at.NEUTRAL),
        (at.WAITING, it.BROKEN_OFF): (do.DECLINE, at.WAITING),
        **_on(at.FRAME, ANY_BYTE, do.COLLECT, at.FRAME),
        (at.FRAME, it.END): (do.JUDGE, at.RECEIVED),
        (at.FRAME, it.OVERLONG): (do.SHORTEN, at.STRAY),
        (at.FRAME, it.SILENCE): (do.BREAK_OFF, at.WAITING),
        **_on(at.STRAY, ANY_BYTE, do.COLLECT, at.STRAY),
        (at.STRAY, it.GOT_STX): (do.RESTART, at.FRAME),
        (at.STRAY, it.END): (do.JUDGE, at.RECEIVED),
        (at.STRAY, it.OVERLONG): (do.SHORTEN, at.STRAY),
        (at.STRAY, it.SILENCE): (do.BREAK_OFF, at.WAITING),
        (at.RECEIVED, it.GOOD): (do.KEEP, at.RECEIVED),
        (at.RECEIVED, it.KEPT): (do.ACKNOWLEDGE, at.WAITING),
        (at.RECEIVED, it.REFUSED): (do.DECLINE, at.WAITING),
        (at.RECEIVED, it.REPEAT): (do.ACKNOWLEDGE, at.WAITING),
        (at.RECEIVED, it.BAD): (do.DECLINE, at.WAITING),
    }


def _sending() -> Transitions:
    at, it, do = State, Occurrence, Action
    return {
        (at.SENDING, it.NEXT): (do.SEND_FRAME, at.SENT),
        (at.SENDING, it.AGAIN): (do.SEND_FRAME, at.SENT),
        (at.SENDING, it.EXHAUSTED): (do.ABANDON, at.RESTING),
        (at.SENDING, it.DONE): (do.TERMINATE, at.NEUTRAL),
        (at.SENDING, it.INTERRUPTED): (do.TERMINATE, at.YIELDED),
        (at.SENT, it.GOT_ACK): (do.ADVANCE, at.SENDING),
        (at.SENT, it.GOT_EOT): (do.ADVANCE_THEN_YIELD, at.SENDING),
        **_on(at.SENT, (it.GOT_NAK, it.GOT_ENQ, it.GOT_STX, it.GOT_OTHER), do.TRY_AGAIN, at.SENDING),
        (at.SENT, it.GOT_BLANK): (do.SKIP, at.SENT),
        (at.SENT, it.SILENCE): (do.ABANDON, at.RESTING),
    }


TRANSITIONS: Final = {
    **_establishment(),
    **_receiving(),
    **_sending(),
    **{(state, Occurrence.CLOSED): (Action.LEAVE, State.NEUTRAL) for state in State},
}
