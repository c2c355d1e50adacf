"""What operating systems do differently: flushing, locking, private files, serial devices, pseudo-terminals.

POSIX-only calls live here and nowhere else, each with its Windows branch.
"""

import os
import sys
from pathlib import Path
from typing import BinaryIO

WINDOWS = sys.platform == "win32"
PRIVATE_FILE = 0o600
PRIVATE_FOLDER = 0o700
READ_BYTES = 4096

if sys.platform == "win32":
    import msvcrt

    def sync_file(descriptor: int) -> None:
        """Put the file's bytes on the disk. Raises OSError if the disk does not say so."""
        os.fsync(descriptor)

    def sync_folder(path: Path) -> None:
        """Put the folder's entries on the disk; NTFS journals them with the file's own flush."""

    def lock_file(handle: BinaryIO) -> bool:
        """Take the file for this process alone; false if another has it."""
        try:
            msvcrt.locking(handle.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def await_device(_descriptor: int, _seconds: float) -> bool:
        """Whether a serial device has something to read."""
        raise OSError("Windows reads serial devices through the library alone")

    def read_device(_descriptor: int) -> bytes:
        """What a serial device has brought."""
        raise OSError("Windows reads serial devices through the library alone")

    def write_device(_descriptor: int, _data: bytes) -> int:
        """How much of it a serial device took."""
        raise OSError("Windows writes to serial devices through the library alone")

    def open_terminal() -> tuple[int, int, str]:
        """A pseudo-terminal: the instrument's end, our end, and our end's device name."""
        raise OSError("Windows has no pseudo-terminals; use a null-modem pair such as com0com")

else:
    import errno
    import fcntl
    import pty
    import select
    import tty

    def sync_file(descriptor: int) -> None:
        """Put the file's bytes on the disk. Raises OSError if the disk does not say so."""
        if hasattr(os, "fdatasync"):
            os.fdatasync(descriptor)
        else:  # macOS
            os.fsync(descriptor)

    def sync_folder(path: Path) -> None:
        """Put the folder's entries on the disk."""
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def lock_file(handle: BinaryIO) -> bool:
        """Take the file for this process alone; false if another has it."""
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True

    def await_device(descriptor: int, seconds: float) -> bool:
        """Whether a serial device has something to read within so many seconds, or is gone."""
        return bool(select.select([descriptor], [], [], seconds)[0])

    def read_device(descriptor: int) -> bytes:
        """What a serial device has brought, empty if there is nothing. Raises OSError when it is gone."""
        try:
            chunk = os.read(descriptor, READ_BYTES)
        except BlockingIOError:  # it was not for us after all
            return b""
        if not chunk:
            raise OSError(errno.EIO, "the device has gone, or another program reads from it too")
        return chunk

    def write_device(descriptor: int, data: bytes) -> int:
        """How much of it a serial device took. Raises OSError when it is gone."""
        try:
            return os.write(descriptor, data)
        except BlockingIOError:  # held up by flow control, or its buffer is full
            return 0

    def open_terminal() -> tuple[int, int, str]:
        """A pseudo-terminal: the instrument's end, our end, and our end's device name."""
        instrument, host = pty.openpty()
        tty.setraw(instrument)
        tty.setraw(host)
        return instrument, host, os.ttyname(host)


def private_folder(path: Path) -> Path:
    """The folder, made if need be, readable by its owner alone."""
    path.mkdir(parents=True, exist_ok=True, mode=PRIVATE_FOLDER)
    path.chmod(PRIVATE_FOLDER)
    return path
