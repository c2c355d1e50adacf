"""Serial ports, by any pyserial URL: a device name, COM3, socket://, rfc2217://, spy://, loop://."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

import msgspec
import serial

from instruments.host import WINDOWS, read_device
from instruments.links.link import Link
from instruments.sources.backoff import Backoff
from instruments.sources.line import POLL_SECONDS, LineSource
from instruments.sources.source import Intake

WRITE_SECONDS = 10.0
LONGEST_DELAY = 4.0
"""A device that is plugged in again is opened within five seconds."""


class SerialSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The settings of a line; they must be those of the instrument. `dtr` and `rts` are the levels set on opening."""

    baudrate: int = 9600
    bytesize: Literal[5, 6, 7, 8] = 8
    parity: Literal["N", "E", "O", "M", "S"] = "N"
    stopbits: float = 1
    xonxoff: bool = False
    rtscts: bool = False
    dtr: bool = True
    rts: bool = True


class SerialLine:
    """An open serial port as a line.

    A device of a POSIX system is read with half the calls that the library makes: at 115200 baud a read brings some 62
    bytes, and 64 lines make ten thousand of them a second.
    """

    def __init__(self, port: serial.Serial) -> None:
        self._port = port
        self._device = port.fileno() if type(port) is serial.Serial and not WINDOWS else None

    def read(self, seconds: float) -> bytes:
        """What has come in; the port's own time limit is set once, as setting it reconfigures the port."""
        if self._device is not None:
            return read_device(self._device, seconds)
        if self._port.timeout != seconds:
            self._port.timeout = seconds
        if not (first := self._port.read(1)):
            return b""
        more = self._port.in_waiting
        return bytes(first + self._port.read(more) if more else first)

    def write(self, answer: bytes) -> None:
        """Send all of it."""
        self._port.write(answer)


@contextmanager
def open_serial(url: str, settings: SerialSettings) -> Iterator[SerialLine]:
    """The port, ours alone where the system can promise that. Raises OSError or ValueError."""
    port = serial.serial_for_url(
        url,
        do_not_open=True,
        exclusive=True,
        timeout=POLL_SECONDS,
        write_timeout=WRITE_SECONDS,
        baudrate=settings.baudrate,
        bytesize=settings.bytesize,
        parity=settings.parity,
        stopbits=settings.stopbits,
        xonxoff=settings.xonxoff,
        rtscts=settings.rtscts,
    )
    port.dtr, port.rts = settings.dtr, settings.rts
    with port:
        yield SerialLine(port)


class SerialPort(LineSource):
    """An instrument on a serial port."""

    def __init__(
        self,
        name: str,
        url: str,
        link: Link,
        intake: Intake,
        *,
        settings: SerialSettings | None = None,
        backoff: Backoff | None = None,
    ) -> None:
        serial_settings = settings or SerialSettings()
        again = backoff or Backoff(longest=LONGEST_DELAY)
        super().__init__(name, lambda: open_serial(url, serial_settings), link, intake, backoff=again)
