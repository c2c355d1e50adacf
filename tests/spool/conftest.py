"""A spool of invented messages, and the faults that are done to it."""

import itertools
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipeline.spool.frames import Envelope, Kind
from pipeline.spool.reader import SpoolReader
from pipeline.spool.spool import Spool

FILE_SYNC = "fdatasync" if hasattr(os, "fdatasync") else "fsync"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "spool"


@pytest.fixture
def clock() -> Callable[[], tuple[int, int]]:
    """Seconds since 2026-01-01 that pass with every look at the clock."""
    ticks = itertools.count(1)
    return lambda: (1_767_225_600_000_000_000 + (tick := next(ticks)) * 1_000_000_000, tick)


@pytest.fixture
def keep() -> Callable[..., Envelope]:
    """Append an invented message, told by its text."""
    return lambda spool, text: spool.append(Kind.MESSAGE, "invented", text.encode())


@pytest.fixture
def texts() -> Callable[..., list[str]]:
    """The messages that a spool or its folder holds, in order."""

    def read(spool: SpoolReader | Path, after: int = 0) -> list[str]:
        reader = SpoolReader(spool) if isinstance(spool, Path) else spool
        return [payload.decode() for envelope, payload in reader.read(after) if envelope.kind is Kind.MESSAGE]

    return read


@pytest.fixture
def unsynced(monkeypatch: pytest.MonkeyPatch) -> None:
    """Syncs that cost nothing, where the test is about what is read."""
    for place in ("pipeline.spool.spool", "pipeline.spool.segments"):
        for call in ("sync_file", "sync_folder"):
            monkeypatch.setattr(f"{place}.{call}", lambda _: None)


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """`failing("write", 3, errno.EIO)`: the third os.write from now on raises; `failing("write")`: none does."""
    originals: dict[str, Callable[..., Any]] = {}

    def arm(name: str, at: int = 0, error: int = 0, *, for_ever: bool = False) -> None:
        name = FILE_SYNC if name == "sync" else name
        original = originals.setdefault(name, getattr(os, name))
        counter = itertools.count(1)

        def call(*arguments: Any, **named: Any) -> Any:
            count = next(counter)
            if error and (count == at or (for_ever and count > at)):
                raise OSError(error, os.strerror(error))
            return original(*arguments, **named)

        monkeypatch.setattr(os, name, call)

    return arm


@pytest.fixture
def five(folder: Path, keep: Callable[..., Envelope]) -> Path:
    """A spool of one segment with five messages, closed."""
    with Spool(folder) as spool:
        for number in range(1, 6):
            keep(spool, f"invented message {number}")
    return folder
