"""Files that are there whole or not at all, whenever the machine stops."""

import os
from pathlib import Path

from instruments.host import PRIVATE_FILE, sync_file, sync_folder


def write_whole(path: Path, content: bytes, mode: int = PRIVATE_FILE) -> None:
    """Put a file on the disk, in place of an earlier one. Raises OSError, and then the earlier one is still there."""
    arriving = path.with_name(f".{path.name}.part")
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0)
    with os.fdopen(os.open(arriving, flags, mode), "wb") as file:
        file.write(content)
        file.flush()
        sync_file(file.fileno())
    arriving.replace(path)
    sync_folder(path.parent)
