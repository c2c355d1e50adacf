"""The store's lock: one process at a time, also for what is done before DuckDB locks its file."""

from pathlib import Path
from typing import BinaryIO

from pipeline.errors import Unavailable
from pipeline.lock import locked


def take_lock(path: Path) -> BinaryIO:
    """The lock of the store at this path, held until the handle is closed or the process ends. Raises Unavailable."""
    return locked(path.with_name(path.name + ".lock"), in_use)


def in_use(holder: str) -> Unavailable:
    """What to say when somebody else has the store."""
    return Unavailable(f"the store is in use by {holder}; ask the running service, or stop that process first")
