"""How programs leave files in export folders: renamed into place, written slowly, or in one go."""

import time
from collections.abc import Iterator
from pathlib import Path


def write_then_rename(folder: Path, name: str, payload: bytes) -> Path:
    """Write under a temporary name, then rename: the name appears with the whole file."""
    unfinished = folder / f"{name}.tmp"
    unfinished.write_bytes(payload)
    return unfinished.rename(folder / name)


def write_in_place(folder: Path, name: str, payload: bytes) -> Path:
    """Write under the final name in one go."""
    path = folder / name
    path.write_bytes(payload)
    return path


def grow(folder: Path, name: str, payload: bytes, pieces: int) -> Iterator[Path]:
    """Write under the final name in so many pieces, one for each step of the iterator."""
    path = folder / name
    step = max(1, -(-len(payload) // pieces))
    for begin in range(0, len(payload), step):
        with path.open("ab") as file:
            file.write(payload[begin : begin + step])
        yield path


def grow_slowly(folder: Path, name: str, payload: bytes, pieces: int, pause: float) -> Path:
    """Write under the final name in so many pieces, `pause` seconds apart."""
    for _ in grow(folder, name, payload, pieces):
        time.sleep(pause)
    return folder / name
