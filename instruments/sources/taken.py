"""Where an export folder keeps what was taken from it: `<shelves>/<day>/`, nothing ever overwritten.

Below the day lie the folders that the file lay in: some programs write one for each sample, and in it a file that is
always called the same, so that only the folder says whose it is.

A move is the acknowledgement of a file, and only within one disk is it all or nothing. Where the shelves are on another
disk, or out of reach, a file is moved into the folder's own `.taken` first and carried over from there: intake waits
for no archive, and a stop in the middle loses and doubles nothing. What may still be written to is carried over later,
for a writer that has a file open follows it by its move, and not by a copy.
"""

import filecmp
import os
import shutil
from collections.abc import Collection, Iterator
from contextlib import suppress
from datetime import date
from itertools import count, islice
from pathlib import Path
from typing import Final

from instruments.host import sync_file, sync_folder

TAKEN: Final = "taken"
WAITING: Final = ".taken"
CARRIED_AT_ONCE: Final = 1000
"""Files carried over between two scans."""


class Shelves:
    """The shelves of one folder: at `place`, or in its subfolder `taken`."""

    def __init__(self, folder: Path, place: Path | None = None) -> None:
        self.place = place or folder / TAKEN
        self._folder = folder
        self._elsewhere = place is not None
        self._waiting = folder / WAITING
        self._some_wait = self._elsewhere

    def put(self, path: Path, day: date) -> Path:
        """Move a file onto the shelf of this day and return where it is now. Raises OSError."""
        place = Path(day.isoformat()) / path.relative_to(self._folder)
        try:
            return _shelve(path, self.place / place)
        except OSError:
            if not self._elsewhere:
                raise
        self._some_wait = True
        return _shelve(path, self._waiting / place)

    def carry_over(self, spared: Collection[Path] = ()) -> None:
        """Bring what waits onto the shelves, but for those `spared`. Raises OSError while they are out of reach."""
        if not self._some_wait:
            return
        due = (path for path in self._waits() if path not in spared)
        for path in islice(due, CARRIED_AT_ONCE):
            carry(path, (self.place / path.relative_to(self._waiting)).parent)
            self._tidy(path.parent)
        self._some_wait = any(self._waits())

    def _waits(self) -> Iterator[Path]:
        """The files on their way to another disk."""
        for folder, _, names in os.walk(self._waiting):
            yield from (Path(folder, name) for name in names)

    def _tidy(self, folder: Path) -> None:
        """Remove the folders in which nothing waits any more."""
        with suppress(OSError):  # something waits there, or in a folder beside it
            while folder != self._waiting:
                folder.rmdir()
                folder = folder.parent


def put_back(taken: Path, path: Path) -> Path:
    """Return a file to where it came from, beside whatever is there by now. Raises OSError."""
    return _rename(taken, path)


def carry(path: Path, shelf: Path) -> None:
    """Move a file to another disk: it is whole there, and on disk, before it is gone here. Raises OSError."""
    shelf.mkdir(parents=True, exist_ok=True)
    target = next(each for each in numbered(shelf / path.name) if not os.path.lexists(each) or same(each, path))
    if not target.exists():
        unfinished = shelf / f".{path.name[:200]}.part"
        shutil.copy2(path, unfinished)
        with unfinished.open("r+b") as file:
            sync_file(file.fileno())
        unfinished.rename(target)
        sync_folder(shelf)
    path.unlink()


def same(one: Path, other: Path) -> bool:
    """Whether two files hold the same bytes: one was carried over, and the stop came before it was gone here."""
    return one.is_file() and filecmp.cmp(one, other, shallow=False)


def numbered(path: Path) -> Iterator[Path]:
    """run.csv, run-2.csv, run-3.csv ..."""
    yield path
    for number in count(2):
        yield path.with_name(f"{path.stem}-{number}{path.suffix}")


def _shelve(path: Path, target: Path) -> Path:
    target.parent.mkdir(parents=True, exist_ok=True)
    return _rename(path, target)


def _rename(path: Path, target: Path) -> Path:
    free = next(each for each in numbered(target) if not os.path.lexists(each))
    return path.rename(free)
