"""Devices that just talk: lines on a wire, no answer expected, nothing sent twice.

A run is the lines from one that matches `begins` to one that matches `ends`; each line of it is put on disk as it
comes. Without the two, every line is a message of its own. A line is what stands before `end`; where a device marks
the beginning too (STX .. ETX), what stands before `start` belongs to no line; where it marks nothing, a line is over
when the device has been silent for `gap` seconds.

Nobody repeats what is lost here. So a line that cannot be put on disk stays with the engine and is offered again, in
order, until it is; so a service that restarts takes the run up where it was; and so a run during which the line was
away says so in its note. Where the pieces of two messages could be taken for one (`goes_on`), a run ends with the
line: its beginning and its end are evidence, each by itself, and neither is whole.

A device that is switched on or unplugged leaves nulls and half a line. What stands before a null, or before the line
went away, is the beginning of a line whose end is lost: it is set aside, never joined to what comes next.
"""

import re
from collections import deque
from collections.abc import Iterator, Sequence

import msgspec

from instruments.errors import Refused
from instruments.links.link import Event, Message, Noise, Part, Respond, Send, no_response

NUL = b"\0"
BLANKS = b"\0\t\r\n "
GAP = "the line was away in the middle of the run; lines may be missing"
CUT = "a line of the run was cut off"
HEADLESS = "the first line of the run was lost"
SILENT = "the device fell silent in the middle of the run"
NEVER_ENDS = "the run is larger than any real one"


class LineSettings(msgspec.Struct, frozen=True, kw_only=True):
    """How a device marks its lines and runs. Seconds and bytes; `begins` and `ends` match a line without its marks."""

    end: bytes = b"\n"
    start: bytes = b""
    gap: float | None = None
    begins: bytes = b""
    ends: bytes = b""
    goes_on: bool = True
    """Whether a run with a hole is one run: what comes when the line is back belongs to it, or to nobody."""
    silence: float | None = None
    poll: bytes = b""
    """What is sent to make the device talk, every `poll_every` seconds; nothing for one that talks by itself."""
    poll_every: float = 1.0
    retry: float = 5.0
    longest_line: int = 64 * 1024
    largest_run: int = 16 * 1024 * 1024

    def __post_init__(self) -> None:
        if bool(self.begins) != bool(self.ends):
            raise ValueError("a run needs both the pattern of its first line and of its last, or neither")


class LineReceiver:
    """A link engine for one talking device."""

    def __init__(self, settings: LineSettings | None = None, *, respond: Respond = no_response) -> None:
        self._settings = settings or LineSettings()
        self._begins = re.compile(self._settings.begins)
        self._ends = re.compile(self._settings.ends)
        self._respond = respond
        self._rest = bytearray()
        self._run = bytearray()
        self._notes: list[str] = []
        self._waiting: deque[Part | Message] = deque()
        self._waiting_bytes = 0
        self._refused = False
        self._heard = 0.0
        self._polled: float | None = None

    @property
    def deadline(self) -> float | None:
        """When `expired()` is due."""
        due = [] if self.patience is None else [self._heard + self.patience]
        if self._polled is not None:
            due.append(self._polled + self._settings.poll_every)
        return min(due, default=None)

    @property
    def patience(self) -> float | None:
        """How long the device may be silent: in a run, in a line without an end; shorter while something waits."""
        if self._waiting:
            return self._settings.retry
        if self._rest and self._settings.gap is not None:
            return self._settings.gap
        return self._settings.silence if self._run else None

    def resume(self, parts: Sequence[bytes], now: float) -> Iterator[Event]:
        """Go on with the run where it was."""
        self._heard = now
        self._run[:] = b"".join(parts)
        self._note(GAP)
        if not self._settings.begins:
            yield from self._finish(whole=False, note="the device no longer sends runs")
        elif not self._settings.goes_on:
            yield from self._finish(whole=False)
        yield from self._offer()

    def opened(self, now: float) -> Iterator[Event]:
        """Ask a device that wants to be asked."""
        if self._settings.poll:
            self._polled = now
            yield Send(self._settings.poll)

    def receive(self, chunk: bytes, now: float) -> Iterator[Event]:
        """Take in what the port delivered."""
        self._heard = now
        self._rest += chunk
        *lines, rest = bytes(self._rest).split(self._settings.end)
        self._rest[:] = rest
        for line in lines:
            yield from self._take_line(line)
            yield from self._offer()
        if len(self._rest) > self._settings.longest_line:
            yield from self._cut_rest(f"a line of more than {self._settings.longest_line} bytes")

    def expired(self, now: float) -> Iterator[Event]:
        """Ask again, or offer again what is not on disk; else the line or the run is over."""
        if self._polled is not None and now >= self._polled + self._settings.poll_every:
            yield from self.opened(now)
        if self.patience is None or now < self._heard + self.patience:
            return
        self._heard = now
        if not self._waiting:
            yield from self._silent()
        yield from self._offer()

    def closed(self, _now: float) -> Iterator[Event]:
        """The line is gone for now; the run is not, unless it ends with the line."""
        self._polled = None
        if not self._settings.goes_on and (self._run or self._rest.strip(BLANKS)):
            yield from self._break_off(GAP)
        self._note(GAP)
        yield from self._cut_rest("the line went away in the middle of this")
        yield from self._offer()

    def refuse(self, _reason: Refused) -> None:
        """The payload just yielded is not on disk; it will be offered again."""
        self._refused = True

    def _silent(self) -> Iterator[Event]:
        if self._rest and self._settings.gap is not None:
            line = bytes(self._rest)
            self._rest.clear()
            yield from self._take_line(line, end=b"")
        elif self._settings.goes_on:
            yield from self._finish(whole=False, note=SILENT)
        else:
            yield from self._break_off(SILENT)

    def _break_off(self, note: str) -> Iterator[Event]:
        """What there is of the run is evidence, with the line that was cut."""
        self._run += self._rest
        self._rest.clear()
        yield from self._finish(whole=False, note=note)

    def _take_line(self, line: bytes, end: bytes | None = None) -> Iterator[Event]:
        end = self._settings.end if end is None else end
        cut, null, line = line.rpartition(NUL)
        if null:
            yield from self._set_aside(cut + null, "nulls, and what stood before them")
        if start := self._settings.start:
            before, found, behind = line.rpartition(start)
            if stray := before if found else line:
                yield from self._set_aside(stray, "bytes outside a line")
            line = found + behind
        if self._settings.begins:
            yield from self._take_run_line(line + end)
        elif line.removeprefix(self._settings.start).strip():
            yield from self._hold(Message(line + end))

    def _take_run_line(self, line: bytes) -> Iterator[Event]:
        text = line.removeprefix(self._settings.start).removesuffix(self._settings.end).rstrip(b"\r\n")
        if self._begins.match(text):
            yield from self._finish(whole=False, note="the device began another run before this one ended")
        elif not self._run:
            if self._settings.goes_on or not text.strip():
                yield Noise(line, "a line outside a run")
                return
            self._notes.append(HEADLESS)
        self._run += line
        if self._ends.match(text):
            yield from self._finish(whole=self._settings.goes_on or not self._notes)
        elif len(self._run) > self._settings.largest_run:
            yield from self._finish(whole=False, note=NEVER_ENDS)
        else:
            yield from self._hold(Part(line))

    def _finish(self, *, whole: bool, note: str = "") -> Iterator[Event]:
        if self._run:
            message = Message(bytes(self._run), whole, "; ".join(filter(None, (note, *self._notes))))
            self._run.clear()
            self._notes.clear()
            yield from self._hold(message)

    def _note(self, note: str) -> None:
        """Say of the present run, if there is one, what happened to it."""
        if self._run and note not in self._notes:
            self._notes.append(note)

    def _cut_rest(self, reason: str) -> Iterator[Event]:
        cut = bytes(self._rest)
        self._rest.clear()
        if cut:
            yield from self._set_aside(cut, reason)

    def _set_aside(self, cut: bytes, reason: str) -> Iterator[Event]:
        if cut.strip(NUL):
            self._note(CUT)
        yield Noise(cut, reason)

    def _hold(self, event: Part | Message) -> Iterator[Event]:
        """Queue what must be on disk, as far as memory allows."""
        if self._waiting_bytes > 2 * self._settings.largest_run:
            yield Noise(event.payload, "could not be put on disk, and too much waits for it already")
        else:
            self._waiting.append(event)
            self._waiting_bytes += len(event.payload)

    def _offer(self) -> Iterator[Event]:
        while self._waiting:
            event = self._waiting[0]
            yield event
            if self._refused:
                self._refused = False
                return
            self._waiting.popleft()
            self._waiting_bytes -= len(event.payload)
            if isinstance(event, Message) and event.whole:
                yield from map(Send, self._respond(event.payload))
