"""A lock file: one process at a time, and whoever comes second is told who has it.

The spool and the store have one each. DuckDB locks its file, too, but only after it has begun to read.
"""

import os
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from instruments.host import PRIVATE_FILE, lock_file
from pipeline.errors import Unavailable

LOCKED_BYTE = 1024
"""Windows locks bytes, not files, and lets nobody read a locked one; the process number stands before it."""


def locked(path: Path, in_use: Callable[[str], Unavailable]) -> BinaryIO:
    """This file, locked until the handle is closed or the process ends. Raises what `in_use` says of its holder."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, PRIVATE_FILE)
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
