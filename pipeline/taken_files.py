"""The claims of export folders in a file of the data folder, so that a stop of the service makes nobody forget them.

A line for each claim laid or dropped is put behind the others; now and then, and whenever the file is opened, it is
written anew with what stands. A line that a stop has cut short is passed over: its file, the last that was taken, is
taken once more or watched no longer.
"""

import os
import threading
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Final

import msgspec

from instruments.host import sync_file
from instruments.sources.claims import Claim, Claims
from instruments.sources.sightings import Print
from pipeline.whole_file import write_whole

LINES_TO_SPARE: Final = 1000
"""How many lines that say nothing any more are borne, beside as many as stand."""


class Line(msgspec.Struct, frozen=True, array_like=True):
    """A claim laid on a place, or dropped where `path` is empty. Names are the system's bytes, whatever they are."""

    place: bytes
    path: bytes = b""
    size: int = 0
    mtime_ns: int = 0


class TakenFiles:
    """The file of claims at `path`, for any number of threads. Raises OSError if it cannot be read or written."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._standing: dict[Path, Claim] = {}
        for line in _lines_in(path):
            self._take(line)
        self._write_anew()

    def standing(self) -> Collection[Claim]:
        """As `Claims.standing`."""
        with self._lock:
            return list(self._standing.values())

    def lay(self, claims: Iterable[Claim]) -> None:
        """As `Claims.lay`."""
        self._add([_line(each) for each in claims])

    def drop(self, places: Iterable[Path]) -> None:
        """As `Claims.drop`."""
        self._add([Line(os.fsencode(each)) for each in places])

    def _add(self, lines: list[Line]) -> None:
        if not lines:
            return
        with self._lock:
            for line in lines:
                self._take(line)
            self._written += len(lines)
            if self._written > 2 * len(self._standing) + LINES_TO_SPARE:
                self._write_anew()
            else:
                self._append(lines)

    def _take(self, line: Line) -> None:
        place, path = Path(os.fsdecode(line.place)), Path(os.fsdecode(line.path))
        if not line.path:
            self._standing.pop(place, None)
            return
        self._standing.pop(path, None)
        self._standing[place] = Claim(path, place, Print(line.size, line.mtime_ns))

    def _append(self, lines: list[Line]) -> None:
        """Put lines behind the others. Raises OSError, and then the next ones are not put behind half a line."""
        try:
            with self._path.open("ab") as file:
                file.write(_written(lines))
                file.flush()
                sync_file(file.fileno())
        except OSError:
            self._written += LINES_TO_SPARE + 2 * len(self._standing)
            raise

    def _write_anew(self) -> None:
        write_whole(self._path, _written(map(_line, self._standing.values())))
        self._written = len(self._standing)


def _line(claim: Claim) -> Line:
    return Line(os.fsencode(claim.place), os.fsencode(claim.path), *claim.print)


def _written(lines: Iterable[Line]) -> bytes:
    return b"".join(msgspec.json.encode(each) + b"\n" for each in lines)


def _lines_in(path: Path) -> Iterator[Line]:
    """The lines of the file that can be read; none if it is not there. Raises OSError."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return
    for line in content.splitlines():
        try:
            yield msgspec.json.decode(line, type=Line)
        except msgspec.DecodeError:
            continue


_: type[Claims] = TakenFiles
