"""Devices that just talk: lines on a wire, no answer expected, nothing sent twice.

A run is the lines from one that matches `begins` to one that matches `ends`; each line of it is put on disk as it
comes. Without the two, every line is a message of its own.

Nobody repeats what is lost here. So a line that cannot be put on disk stays with the engine and is offered again, in
order, until it is; so a service that restarts takes the run up where it was; and so a run during which the line was
away says so in its note.

A device that is switched on or unplugged leaves nulls and half a line. What stands before a null, or before the line
went away, is the beginning of a line whose end is lost: it is set aside, never joined to what comes next.
"""

import re
from collections import deque
from collections.abc import Iterator, Sequence

from instruments.links.link import Event, Message, Noise, Part

NUL = b"\0"
GAP = "the line was away in the middle of the run; lines may be missing"
CUT = "a line of the run was cut off"
NEVER_ENDS = "the run is larger than any real one"


class LineReceiver:
    """A link engine for one talking device. Seconds and bytes; `begins` and `ends` match a line without its end."""

    def __init__(
        self,
        *,
        end: bytes = b"\n",
        begins: bytes = b"",
        ends: bytes = b"",
        silence: float | None = None,
        retry: float = 5.0,
        longest_line: int = 64 * 1024,
        largest_run: int = 16 * 1024 * 1024,
    ) -> None:
        if bool(begins) != bool(ends):
            raise ValueError("a run needs both the pattern of its first line and of its last, or neither")
        self._end = end
        self._begins = re.compile(begins) if begins else None
        self._ends = re.compile(ends) if ends else None
        self._silence = silence
        self._retry = retry
        self._longest_line = longest_line
        self._largest_run = largest_run
        self._rest = bytearray()
        self._run = bytearray()
        self._notes: list[str] = []
        self._waiting: deque[Part | Message] = deque()
        self._waiting_bytes = 0
        self._refused = False
        self._heard = 0.0

    @property
    def deadline(self) -> float | None:
        """When `expired()` is due."""
        return None if self.patience is None else self._heard + self.patience

    @property
    def patience(self) -> float | None:
        """How long a run may be silent; shorter while something waits to be put on disk."""
        if self._waiting:
            return self._retry
        return self._silence if self._run else None

    def resume(self, parts: Sequence[bytes], now: float) -> Iterator[Event]:
        """Go on with the run where it was."""
        self._heard = now
        self._run[:] = b"".join(parts)
        self._note(GAP)
        if self._begins is None:
            yield from self._finish(whole=False, note="the device no longer sends runs")
            yield from self._offer()

    def opened(self, _now: float) -> Iterator[Event]:
        """Nothing is said to the device."""
        yield from ()

    def receive(self, chunk: bytes, now: float) -> Iterator[Event]:
        """Take in what the port delivered."""
        self._heard = now
        self._rest += chunk
        *lines, rest = bytes(self._rest).split(self._end)
        self._rest[:] = rest
        for line in lines:
            yield from self._take_line(line)
            yield from self._offer()
        if len(self._rest) > self._longest_line:
            yield from self._cut_rest(f"a line of more than {self._longest_line} bytes")

    def expired(self, now: float) -> Iterator[Event]:
        """Offer again what is not on disk; else the run was silent for too long and is over."""
        self._heard = now
        if not self._waiting:
            yield from self._finish(whole=False, note="the device fell silent in the middle of the run")
        yield from self._offer()

    def closed(self, _now: float) -> Iterator[Event]:
        """The line is gone for now; the run is not."""
        self._note(GAP)
        yield from self._cut_rest("the line went away in the middle of this")
        yield from self._offer()

    def refuse(self) -> None:
        """The payload just yielded is not on disk; it will be offered again."""
        self._refused = True

    def _take_line(self, line: bytes) -> Iterator[Event]:
        cut, null, line = line.rpartition(NUL)
        if null:
            yield from self._set_aside(cut + null, "nulls, and what stood before them")
        if self._begins and self._ends:
            yield from self._take_run_line(line + self._end, self._begins, self._ends)
        elif line.strip():
            yield from self._hold(Message(line + self._end))

    def _take_run_line(self, line: bytes, begins: re.Pattern[bytes], ends: re.Pattern[bytes]) -> Iterator[Event]:
        text = line.rstrip(b"\r\n")
        if begins.match(text):
            yield from self._finish(whole=False, note="the device began another run before this one ended")
        elif not self._run:
            yield Noise(line, "a line outside a run")
            return
        self._run += line
        if ends.match(text):
            yield from self._finish(whole=True)
        elif len(self._run) > self._largest_run:
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
        if self._waiting_bytes > 2 * self._largest_run:
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
