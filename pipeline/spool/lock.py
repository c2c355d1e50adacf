"""The spool's lock: one process at a time may write."""

from pathlib import Path
from typing import BinaryIO

from pipeline.errors import Unavailable
from pipeline.lock import locked


def take_lock(folder: Path) -> BinaryIO:
    """The lock, held until the handle is closed or the process ends. Raises Unavailable."""

    def in_use(holder: str) -> Unavailable:
        return Unavailable(f"the spool in {folder} is in use by {holder}; stop that process, or let it do the work")

    return locked(folder / "lock", in_use)
