"""An intake in memory, and sources running in threads as the service runs them."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence

import pytest

from instruments.errors import Refused
from instruments.links.link import Message, Part
from instruments.sources.folder import Folder, FolderSettings
from instruments.sources.source import Settled, Source


class Kept:
    """What one source put on disk; `full` makes the disk refuse."""

    def __init__(self) -> None:
        self.full = False
        self.open_parts: list[bytes] = []
        self.messages: list[tuple[str, bytes, bool, str]] = []
        self.noises: list[tuple[bytes, str]] = []
        self._lock = threading.Lock()

    def put(self, event: Part | Message) -> Settled:
        if isinstance(event, Message):
            return lambda: self.keep(event.payload, whole=event.whole, note=event.note)
        return lambda: self._keep_part(event.payload)

    def _keep_part(self, payload: bytes) -> None:
        self._check()
        self.open_parts.append(payload)

    def keep(self, payload: bytes, *, name: str = "", whole: bool = True, note: str = "") -> str:
        self._check()
        with self._lock:
            self.open_parts.clear()
            self.messages.append((name, payload, whole, note))
            return f"R{len(self.messages)}"

    def keep_all(self, payloads: Sequence[bytes], names: Sequence[str] = ()) -> None:
        for payload, name in zip(payloads, names or [""] * len(payloads), strict=True):
            self.keep(payload, name=name)

    def parts(self) -> list[bytes]:
        return list(self.open_parts)

    def noise(self, payload: bytes, reason: str) -> None:
        with self._lock:
            self.noises.append((payload, reason))

    @property
    def whole(self) -> list[bytes]:
        return [payload for _, payload, whole, _ in self.messages if whole]

    @property
    def names(self) -> list[str]:
        return [name for name, _, _, _ in self.messages]

    def _check(self) -> None:
        if self.full:
            raise Refused("the disk is full")


@pytest.fixture
def intake() -> Kept:
    return Kept()


class Clock:
    """Time that passes only when a test says so."""

    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def exports(tmp_path):
    path = tmp_path / "exports"
    path.mkdir()
    return path


@pytest.fixture
def source(exports, intake, clock):
    return Folder("hml", exports, intake, settings=FolderSettings(settle=3.0, give_up=300.0), clock=clock)


@pytest.fixture
def scan(source, clock):
    """Lets seconds pass and looks once; how long until the next look."""

    def look(seconds=0.0):
        clock.now += seconds
        return source.scan(threading.Event())

    return look


@pytest.fixture
def start() -> Iterator[Callable[[Source], threading.Event]]:
    """Starts a source and returns its stop signal; every source has ended when the test has."""
    running: list[tuple[threading.Event, threading.Thread]] = []

    def begin(source: Source) -> threading.Event:
        stop = threading.Event()
        thread = threading.Thread(target=source.run, args=(stop,))
        thread.start()
        running.append((stop, thread))
        return stop

    yield begin
    for stop, _ in running:
        stop.set()
    for _, thread in running:
        thread.join(10)
        assert not thread.is_alive()


@pytest.fixture
def eventually() -> Callable[[Callable[[], object]], None]:
    """Waits until something is true, ten seconds at most."""

    def wait(true: Callable[[], object]) -> None:
        until = time.monotonic() + 10
        while not true():
            assert time.monotonic() < until, "it never came true"
            time.sleep(0.005)

    return wait
