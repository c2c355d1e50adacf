"""One thread that hears every serial device of the process, and has what they bring put on disk together.

A device at 115200 baud brings some 62 bytes at a time. A thread for each of 64 devices would be woken ten thousand
times a second, and the threads would spend more time passing the interpreter to each other than with the bytes. Here
one thread takes turns: it hears every device that has brought something since the last turn, has what must be on disk
put there in one flush, and only then do the answers leave. A turn begins at least `TURN_SECONDS` after the one before;
who speaks after a pause is heard at once.

A device that takes no answers keeps nobody waiting: what it has not taken waits beside it, for `WRITE_SECONDS`. A
mistake in one link ends its own conversation and no other.
"""

import selectors
import threading
import time
from collections.abc import Callable, Iterable
from typing import Final

from instruments.host import read_device, write_device
from instruments.sources.conversation import Conversation
from instruments.sources.source import Course, carry_out

THREAD: Final = "serial devices"
TURN_SECONDS: Final = 0.002
CLOCK_SECONDS: Final = 0.05
"""How often everybody is asked whether a deadline has passed or it should be heard no longer."""
WRITE_SECONDS: Final = 10.0


class Extension:
    """One device on the switchboard. `over` is set when it has left; `fault` is why, if nobody wanted that."""

    def __init__(self, device: int, conversation: Conversation, stop: threading.Event) -> None:
        self.device = device
        self.over = threading.Event()
        self.fault: Exception | None = None
        self._conversation = conversation
        self._stop = stop
        self._outgoing = bytearray()
        self._taken_at = 0.0
        self._course: Course | None = None

    @property
    def leaves(self) -> bool:
        """Whether it is to be heard no longer."""
        return self.fault is not None or self._stop.is_set()

    def hear(self) -> None:
        """Take what the device has brought."""
        self._attempt(self._hear)

    def keep_time(self) -> None:
        """See whether a deadline has passed, unless it has just been heard."""
        if self._course is None:
            self._attempt(self._keep_time)

    def advance(self) -> bool:
        """As `Course.advance`."""
        return self._attempt(self._course.advance) if self._course else False

    def settle(self) -> None:
        """As `Course.settle`."""
        if self._course:
            self._attempt(self._course.settle)

    def answer(self) -> None:
        """The turn is over: send what there is to be sent."""
        self._course = None
        if self._outgoing:
            self._attempt(self._send)

    def _attempt(self, step: Callable[[], bool | None]) -> bool:
        """Take a step; whatever goes wrong in it ends this extension alone."""
        try:
            return bool(step())
        except Exception as fault:
            self.fault = fault
            return False

    def _hear(self) -> None:
        if chunk := read_device(self.device):
            self._course = self._conversation.heard(chunk, self._say)

    def _keep_time(self) -> None:
        self._course = self._conversation.overdue(self._say)

    def _say(self, answer: bytes) -> None:
        if not self._outgoing:
            self._taken_at = time.monotonic()
        self._outgoing += answer

    def _send(self) -> None:
        if taken := write_device(self.device, bytes(self._outgoing)):
            del self._outgoing[:taken]
            self._taken_at = time.monotonic()
        elif time.monotonic() - self._taken_at > WRITE_SECONDS:
            raise TimeoutError("the device takes no answers; check the cable and the flow control")


class Switchboard:
    """Hears devices in a thread that lives as long as there are any."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._arriving: list[Extension] = []
        self._at_work = False

    def attend(self, device: int, conversation: Conversation, stop: threading.Event) -> None:
        """Have a device heard until `stop` is set. Raises OSError when it is gone."""
        extension = Extension(device, conversation, stop)
        with self._lock:
            self._arriving.append(extension)
            if not self._at_work:
                self._at_work = True
                threading.Thread(target=self._work, name=THREAD, daemon=True).start()
        extension.over.wait()
        if extension.fault:
            raise extension.fault

    def _work(self) -> None:
        with selectors.DefaultSelector() as selector:
            turns = Turns(selector)
            while turns.admit(self._arrivals()) or not self._may_end():
                turns.take()

    def _arrivals(self) -> list[Extension]:
        with self._lock:
            arrived, self._arriving = self._arriving, []
            return arrived

    def _may_end(self) -> bool:
        """Whether nobody has come meanwhile."""
        with self._lock:
            self._at_work = bool(self._arriving)
            return not self._at_work


class Turns:
    """The turns of the thread, and who takes part in them."""

    def __init__(self, selector: selectors.BaseSelector) -> None:
        self._selector = selector
        self._extensions: list[Extension] = []
        self._begun = 0.0
        self._clock_due = 0.0

    def admit(self, arrivals: Iterable[Extension]) -> bool:
        """Let these take part; whether anybody does."""
        for each in arrivals:
            try:
                self._selector.register(each.device, selectors.EVENT_READ, each)
            except (OSError, ValueError) as fault:
                each.fault = fault
                each.over.set()
            else:
                self._extensions.append(each)
        return bool(self._extensions)

    def take(self) -> None:
        """Hear everybody who has something to say, and now and then ask everybody who has not."""
        taking_part = self._ready()
        for each in taking_part:
            each.hear()
        if self._clock_due <= self._begun:
            self._clock_due = self._begun + CLOCK_SECONDS
            taking_part = list(self._extensions)
            for each in taking_part:
                each.keep_time()
        carry_out(taking_part)
        for each in taking_part:
            each.answer()
            if each.leaves:
                self._release(each)

    def _ready(self) -> list[Extension]:
        """Who has something to say; waited for, and gathered where the last turn was a moment ago."""
        ready = self._selector.select(CLOCK_SECONDS)
        if (early := self._begun + TURN_SECONDS - time.monotonic()) > 0:
            time.sleep(early)
            ready = self._selector.select(0)
        self._begun = time.monotonic()
        return [key.data for key, _ in ready]

    def _release(self, extension: Extension) -> None:
        self._selector.unregister(extension.device)
        self._extensions.remove(extension)
        extension.over.set()
