"""The store's lock: one process at a time, and whoever comes second is told who has it and what to do.

DuckDB locks its file, too, but only after it has begun to read; what is done before that needs a lock of its own.
"""

import os
from pathlib import Path
from typing import BinaryIO

from instruments.host import PRIVATE_FILE, lock_file
from pipeline.errors import Unavailable

LOCKED_BYTE = 1024
"""Windows locks bytes, not files, and lets nobody read a locked one; the process number stands before it."""


def take_lock(path: Path) -> BinaryIO:
    """The lock of the store at this path, held until the handle is closed or the process ends. Raises Unavailable."""
    descriptor = os.open(path.with_name(path.name + ".lock"), os.O_RDWR | os.O_CREAT, PRIVATE_FILE)
    handle = os.fdopen(descriptor, "r+b", buffering=0)
    handle.seek(LOCKED_BYTE)
    if lock_file(handle):
        handle.seek(0)
        handle.write(f"{os.getpid():<20}".encode())
        return handle
    handle.seek(0)
    holder = handle.read(20).decode("ascii", "replace").strip() or "unknown"
    handle.close()
    raise in_use(f"process {holder}")


def in_use(holder: str) -> Unavailable:
    """What to say when somebody else has the store."""
    return Unavailable(f"the store is in use by {holder}; ask the running service, or stop that process first")
