"""A line that is ours to open, and to open again: what serial ports and TCP clients have in common."""

import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Protocol

from instruments.links.link import Link
from instruments.sources.backoff import Backoff
from instruments.sources.conversation import Conversation
from instruments.sources.source import Intake, SourceStatus


class Line(Protocol):
    """An open line."""

    def read(self, seconds: float) -> bytes:
        """What has come in, empty if nothing does within `seconds`. Raises OSError when the line is gone."""

    def write(self, answer: bytes) -> None:
        """Send all of it. Raises OSError when the line is gone."""


Open = Callable[[], AbstractContextManager[Line]]
"""Opens the line. Raises OSError, or ValueError for a setting that the line does not have."""

POLL_SECONDS = 0.2
"""How long a read may keep the source from seeing that it should stop."""


class LineSource:
    """A source on a line that it opens itself; a fault is a reason to open it again, for ever."""

    def __init__(
        self, name: str, open_line: Open, link: Link, intake: Intake, *, backoff: Backoff | None = None
    ) -> None:
        self._name = name
        self._status = SourceStatus()
        self._open = open_line
        self._conversation = Conversation(link, intake, self._status)
        self._backoff = backoff or Backoff()

    @property
    def name(self) -> str:
        """The instrument's name in the site file."""
        return self._name

    @property
    def status(self) -> SourceStatus:
        """How it is doing."""
        return self._status

    def run(self, stop: threading.Event) -> None:
        """Work until `stop` is set; the line may come and go."""
        self._conversation.resume()
        while not stop.is_set():
            try:
                with self._open() as line:
                    self._listen(line, stop)
            except (OSError, ValueError) as fault:
                self._status.state, self._status.detail = "down", str(fault)
                self._wait(stop)
        self._status.state = "stopped"

    def _listen(self, line: Line, stop: threading.Event) -> None:
        self._status.state, self._status.detail = "up", ""
        self._backoff.reset()
        try:
            self._conversation.begin(line.write)
            self._attend(line, stop)
        finally:
            self._conversation.hang_up()

    def _attend(self, line: Line, stop: threading.Event) -> None:
        """Hear the line until `stop` is set. Raises OSError when it is gone."""
        while not stop.is_set():
            if chunk := line.read(POLL_SECONDS):
                self._conversation.hear(chunk, line.write)
            self._conversation.keep_time(line.write)

    def _wait(self, stop: threading.Event) -> None:
        """Before the next attempt; a run that began on this line may meanwhile be silent for too long."""
        self._status.reopened += 1
        until = time.monotonic() + self._backoff.delay()
        while (left := until - time.monotonic()) > 0 and not stop.wait(min(left, POLL_SECONDS)):
            self._conversation.keep_time()
