"""File system events as a hint: something happened in a folder, look now rather than later.

Events are lost on network shares, in bursts and after a remount, so nothing may depend on them.
"""

import threading
import time
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from watchdog.observers.api import BaseObserver

POLL_SECONDS = 0.25


class Wakeup:
    """Waits for an event below a folder; where the system has no events to give, only for time to pass."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._happened = threading.Event()
        self._observer: BaseObserver | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._observer and self._observer.is_alive():
            self._observer.stop()
            self._observer.join()

    def watch(self) -> None:
        """Begin, unless it has begun."""
        if self._observer is None:
            self._observer = start_observer(self._folder, self._happened)

    def wait(self, seconds: float, stop: threading.Event) -> None:
        """Until something happens or `stop` is set, `seconds` at most."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0 and not stop.is_set():
            if self._happened.wait(min(left, POLL_SECONDS)):
                break
        self._happened.clear()


def start_observer(folder: Path, happened: threading.Event) -> "BaseObserver | None":
    """An observer that sets `happened`; None where it cannot start."""
    from watchdog.events import FileSystemEvent, FileSystemEventHandler  # noqa: PLC0415  # only folders need it
    from watchdog.observers import Observer  # noqa: PLC0415

    class Handler(FileSystemEventHandler):
        def on_any_event(self, event: FileSystemEvent) -> None:
            if event.event_type not in ("opened", "closed_no_write"):  # our own reading is no news
                happened.set()

    observer = Observer()
    try:
        observer.schedule(Handler(), str(folder), recursive=False)  # what is deeper down, the next scan finds
        observer.start()
    except OSError:
        return None
    return observer
