"""A serial line without hardware: a pseudo-terminal that can be unplugged and plugged in again (not on Windows)."""

import os
import select
from pathlib import Path
from types import TracebackType
from typing import Self

from instruments.host import open_terminal

READ_BYTES = 4096
WRITE_SECONDS = 10.0


class SerialCable:
    """The instrument's end of a line whose other end is the device `device`.

    A system gives every new pseudo-terminal another name; `at` is the path of a link that always leads to the present
    one, as /dev/serial/by-id does.
    """

    def __init__(self, at: Path | None = None) -> None:
        self._at = at
        self._ends: tuple[int, int] | None = None
        self.device = ""
        self.plug()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.unplug()

    def plug(self) -> None:
        """Make the device appear; we hold its end open too, so that nobody's closing it looks like a fault to us."""
        instrument, host, device = open_terminal()
        os.set_blocking(instrument, False)
        self._ends = (instrument, host)
        self.device = device
        if self._at:
            self._at.unlink(missing_ok=True)
            self._at.symlink_to(device)
            self.device = str(self._at)

    def unplug(self) -> None:
        """Make the device vanish."""
        if self._ends:
            for end in self._ends:
                os.close(end)
            self._ends = None
        if self._at:
            self._at.unlink(missing_ok=True)

    def write(self, chunk: bytes) -> None:
        """Send all of it. Raises OSError when unplugged, TimeoutError when nobody reads."""
        left = chunk
        while left:
            _, ready, _ = select.select([], [self._instrument()], [], WRITE_SECONDS)
            if not ready:
                raise TimeoutError("nobody reads the other end of the line")
            left = left[os.write(self._instrument(), left) :]

    def read(self, seconds: float) -> bytes:
        """What has come in, empty if nothing does within `seconds`. Raises OSError when unplugged."""
        ready, _, _ = select.select([self._instrument()], [], [], seconds)
        return os.read(self._instrument(), READ_BYTES) if ready else b""

    def fileno(self) -> int:
        """The instrument's end, for a selector. Raises OSError when unplugged."""
        return self._instrument()

    def _instrument(self) -> int:
        if self._ends is None:
            raise OSError("the cable is unplugged")
        return self._ends[0]
