"""The spool's lock: one process at a time may write, and whoever comes second is told who holds it."""

import os
from pathlib import Path
from typing import BinaryIO

from instruments.host import PRIVATE_FILE, lock_file
from pipeline.errors import Unavailable

_LOCKED_BYTE = 1024
"""Windows locks bytes, not files, and lets nobody read a locked one; the process number stands before it."""


def take_lock(folder: Path) -> BinaryIO:
    """The lock, held until the handle is closed or the process ends. Raises Unavailable."""
    descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, PRIVATE_FILE)
    handle = os.fdopen(descriptor, "r+b", buffering=0)
    handle.seek(_LOCKED_BYTE)
    if not lock_file(handle):
        handle.seek(0)
        holder = handle.read(20).decode("ascii", "replace").strip() or "unknown"
        handle.close()
        raise Unavailable(
            f"the spool in {folder} is in use by process {holder}; stop that process, or let it do the work"
        )
    handle.seek(0)
    handle.write(f"{os.getpid():<20}".encode())
    return handle
