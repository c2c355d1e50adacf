"""What a power cut can leave of a folder of append-only files.

`Recorder` notes every call that changes the folder, and every acknowledgement, in order. `states(log)` then goes
through the moments between them and yields what the disk may hold at each: what was synced is there; of what was not,
any part may be. A file's unsynced bytes are there, absent, cut short, zero, or a mixture of 512-byte sectors; an
unsynced entry of the folder is there or not.
"""

import os
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

SECTOR = 512


class Event(NamedTuple):
    call: str
    name: str = ""
    payload: bytes = b""
    other: str = ""


class State(NamedTuple):
    """The files that the power cut left, and what had been acknowledged before it."""

    files: dict[str, bytes]
    acknowledged: list[str]


class Recorder:
    """Notes the calls on one folder while `monkeypatch` is in force."""

    def __init__(self, folder: Path, monkeypatch: Any) -> None:
        self.folder = folder
        self.log: list[Event] = []
        self._names: dict[int, str] = {}
        for name in ("open", "write", "fsync", "fdatasync", "replace"):
            monkeypatch.setattr(os, name, self._noting(getattr(self, f"_{name}"), getattr(os, name)))

    def acknowledge(self, text: str) -> None:
        self.log.append(Event("acknowledge", text))

    def _noting(self, note: Callable[..., None], original: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:
            result = original(*arguments, **named)
            note(result, *arguments)
            return result

        return call

    def _open(self, descriptor: int, path: Path, flags: int, *_: int) -> None:
        self._names[descriptor] = Path(path).name if Path(path).parent == self.folder else ""
        if Path(path) == self.folder:
            self._names[descriptor] = "."
        elif flags & os.O_TRUNC:
            self.log.append(Event("create", self._names[descriptor]))

    def _write(self, count: int, descriptor: int, chunk: bytes) -> None:
        self.log.append(Event("write", self._names[descriptor], bytes(chunk[:count])))

    def _fsync(self, _: None, descriptor: int) -> None:
        self.log.append(Event("sync", self._names[descriptor]))

    _fdatasync = _fsync

    def _replace(self, _: None, old: Path, new: Path) -> None:
        self.log.append(Event("rename", Path(old).name, other=Path(new).name))


def states(log: list[Event], chance: random.Random, mixtures: int) -> Iterator[State]:
    """The states at every moment of the log; `mixtures` random ones of each kind where bytes are unsynced."""
    disk, acknowledged = _Disk(), []
    for event in log:
        if event.call == "acknowledge":
            acknowledged.append(event.name)
        else:
            disk.apply(event)
        for entries in (disk.entries, disk.synced_entries):
            for contents in disk.contents(entries, chance, mixtures):
                yield State(contents, list(acknowledged))


class _File:
    def __init__(self) -> None:
        self.now = b""
        self.synced = b""


class _Disk:
    def __init__(self) -> None:
        self.entries: dict[str, _File] = {}
        self.synced_entries: dict[str, _File] = {}

    def apply(self, event: Event) -> None:
        match event.call:
            case "create":
                self.entries[event.name] = _File()
            case "write":
                self.entries[event.name].now += event.payload
            case "rename":
                self.entries[event.other] = self.entries.pop(event.name)
            case "sync" if event.name == ".":
                self.synced_entries = dict(self.entries)
            case "sync" if event.name:
                self.entries[event.name].synced = self.entries[event.name].now

    def contents(self, entries: dict[str, _File], chance: random.Random, mixtures: int) -> Iterator[dict[str, bytes]]:
        unsynced = [name for name, file in entries.items() if file.now != file.synced]
        settled = {name: file.synced for name, file in entries.items()}
        yield settled
        for name in unsynced:
            for content in _remains(entries[name], chance, mixtures):
                yield {**settled, name: content}


def _remains(file: _File, chance: random.Random, mixtures: int) -> Iterator[bytes]:
    old, new = file.synced, file.now
    blank = old.ljust(len(new), b"\0")
    yield new
    yield blank
    for _ in range(mixtures):
        cut = chance.randrange(len(old), len(new) + 1)
        yield new[:cut]
        yield new[:cut].ljust(len(new), b"\0")
        mixed = b"".join(chance.choice((new, blank))[start : start + SECTOR] for start in range(0, len(new), SECTOR))
        yield mixed
        yield mixed[: chance.randrange(len(old), len(new) + 1)]
