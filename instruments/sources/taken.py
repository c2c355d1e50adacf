"""Where an export folder keeps what was taken from it: `taken/<day>/`, nothing ever overwritten."""

import os
from collections.abc import Iterator
from datetime import date
from itertools import count
from pathlib import Path

TAKEN = "taken"


def move_to_taken(path: Path, folder: Path, day: date) -> Path:
    """Move the file below `folder`/taken and return where it is now. Raises OSError."""
    shelf = folder / TAKEN / day.isoformat()
    shelf.mkdir(parents=True, exist_ok=True)
    return _rename(path, shelf / path.name)


def put_back(taken: Path, path: Path) -> Path:
    """Return a file to where it came from, beside whatever is there by now. Raises OSError."""
    return _rename(taken, path)


def _rename(path: Path, target: Path) -> Path:
    free = next(each for each in _numbered(target) if not os.path.lexists(each))
    return path.rename(free)


def _numbered(path: Path) -> Iterator[Path]:
    """run.csv, run-2.csv, run-3.csv ..."""
    yield path
    for number in count(2):
        yield path.with_name(f"{path.stem}-{number}{path.suffix}")
