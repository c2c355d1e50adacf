"""A line that speaks ASTM E1381 / LIS01-A2 in both roles: `astm_table` at work.

Every byte, every verdict and every silence is looked up in the table; `astm_reception` and `astm_transmission` carry
out what the table says. The link knows no content but where a message ends: what is sent back for a message comes from
`respond`.
"""

from collections.abc import Callable, Generator, Iterator, Sequence
from typing import Literal

from instruments.errors import Refused
from instruments.links.astm_reception import CONNECTION_ENDED, Course, Reception
from instruments.links.astm_table import TIMERS, TRANSITIONS, Action, AstmSettings, Occurrence, State
from instruments.links.astm_transmission import Transmission
from instruments.links.link import Event, Noise, Respond, Send, no_response

Role = Literal["host", "instrument"]


class AstmLink:
    """A link engine for one line. `role` decides who goes first when both sides call at once.

    `ready` says whether a session may begin; a `NAK` to ENQ makes the analyser ask again after ten seconds or more.
    """

    def __init__(
        self,
        *,
        settings: AstmSettings | None = None,
        role: Role = "host",
        ready: Callable[[], bool] = lambda: True,
        respond: Respond = no_response,
    ) -> None:
        self.state = State.NEUTRAL
        self._settings = settings or AstmSettings()
        self._role = role
        self._respond = respond
        self._responses: list[bytes] = []
        self._reception = Reception(self._settings, ready, self._answer)
        self._transmission = Transmission(self._settings)
        self._actions = self._carried_out_by()
        self._now = 0.0
        self._since = 0.0

    @property
    def patience(self) -> float | None:
        """Seconds that the present state lasts without anything happening; None for ever."""
        if self.state in (State.FRAME, State.STRAY) and self._reception.may_have_ended:
            return self._settings.hold
        if self.state is State.CONTENTION and self._role == "instrument":
            return self._settings.instrument_contention
        timer = TIMERS.get(self.state)
        return getattr(self._settings, timer) if timer else None

    @property
    def deadline(self) -> float | None:
        """When `expired()` is due."""
        patience = self.patience
        return None if patience is None else self._since + patience

    def resume(self, parts: Sequence[bytes], now: float) -> Iterator[Event]:
        """Set aside what was on disk: the analyser begins its message again."""
        self._now = now
        self._reception.set_beginning(b"".join(parts))
        yield from self._reception.give_up(CONNECTION_ENDED)

    def opened(self, now: float) -> Iterator[Event]:
        """Send what waits."""
        self._now = now
        yield from self._send_what_waits()

    def send(self, message: bytes, now: float) -> Iterator[Event]:
        """Have a message sent as soon as the line is free; `Delivered` or `Undelivered` tells what became of it."""
        self._now = now
        yield from self._transmission.queue(message)
        yield from self._send_what_waits()

    def receive(self, chunk: bytes, now: float) -> Iterator[Event]:
        """Take in what the port delivered: reads are not frames."""
        self._now = now
        at = 0
        while at < len(chunk):
            end = self._reception.frame_end(chunk, at) if self.state is State.FRAME else at + 1
            sent = yield from self._take(chunk[at:end])
            at = end
            if sent and self.state is State.SENT and at < len(chunk):
                yield Noise(chunk[at:], "it came before the frame that it would have to answer")
                break
        yield from self._reception.noise_outside()
        yield from self._send_what_waits()

    def expired(self, now: float) -> Iterator[Event]:
        """Nothing happened until the deadline."""
        self._now = now
        yield from self._move(Occurrence.SILENCE)
        yield from self._send_what_waits()

    def closed(self, now: float) -> Iterator[Event]:
        """The line went away; the next session begins afresh."""
        self._now = now
        yield from self._move(Occurrence.CLOSED)

    def refuse(self, _reason: Refused) -> None:
        """The payload just yielded is not on disk: the frame counts as not accepted."""
        self._reception.refuse()

    def _take(self, piece: bytes) -> Generator[Event, None, bool]:
        """Take in bytes of which only the last may change something; true if something was sent for it."""
        sent = False
        for event in self._move(self._reception.take(piece)):
            sent = sent or isinstance(event, Send)
            yield event
        if self.state not in (State.FRAME, State.STRAY):
            self._reception.forget()
        return sent

    def _move(self, occurrence: Occurrence | None) -> Iterator[Event]:
        while occurrence is not None:
            action, then = TRANSITIONS[self.state, occurrence]
            if then is not self.state or action is not Action.SET_OUTSIDE:  # babble keeps nobody waiting
                self._since = self._now
            self.state = then
            occurrence = yield from self._actions[action]()

    def _send_what_waits(self) -> Iterator[Event]:
        responses, self._responses = self._responses, []
        for response in responses:
            yield from self._transmission.queue(response)
        if self.state is State.NEUTRAL and self._transmission.waiting:
            yield from self._move(Occurrence.TO_SEND)

    def _answer(self, message: bytes) -> None:
        self._responses += self._respond(message)

    def _leave(self) -> Course:
        yield from self._reception.leave()
        self._transmission.leave()
        return None

    def _carried_out_by(self) -> dict[Action, Callable[[], Course]]:
        receiving, sending = self._reception, self._transmission
        return {
            Action.SKIP: receiving.skip,
            Action.SET_OUTSIDE: receiving.set_outside,
            Action.WAKE: receiving.wake,
            Action.ACKNOWLEDGE: receiving.acknowledge,
            Action.DECLINE: receiving.decline,
            Action.COLLECT: receiving.collect,
            Action.RESTART: receiving.restart,
            Action.SHORTEN: receiving.shorten,
            Action.BREAK_OFF: receiving.break_off,
            Action.JUDGE: receiving.judge,
            Action.KEEP: receiving.keep,
            Action.END_SESSION: receiving.end_session,
            Action.TIME_OUT: receiving.time_out,
            Action.CALL: sending.call,
            Action.HOLD_OFF: sending.hold_off,
            Action.GIVE_WAY: sending.give_way,
            Action.BEGIN: sending.begin,
            Action.SEND_FRAME: sending.send_frame,
            Action.ADVANCE: sending.advance,
            Action.ADVANCE_THEN_YIELD: sending.advance_then_yield,
            Action.TRY_AGAIN: sending.try_again,
            Action.TERMINATE: sending.terminate,
            Action.ABANDON: sending.abandon,
            Action.LEAVE: self._leave,
        }
