"""Serial ports, by any pyserial URL: a device name, COM3, socket://, rfc2217://, spy://, loop://."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

import msgspec
import serial

from instruments.host import WINDOWS, await_device, read_device
from instruments.links.link import Link
from instruments.sources.backoff import Backoff
from instruments.sources.line import POLL_SECONDS, Line, LineSource
from instruments.sources.source import Intake
from instruments.sources.switchboard import WRITE_SECONDS, Switchboard

LONGEST_DELAY = 4.0
"""A device that is plugged in again is opened within five seconds."""

SWITCHBOARD = Switchboard()
"""Hears all devices of this process, where the system can tell of many at once which of them have something to say."""


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
    """An open serial port as a line; `device` is its descriptor where a POSIX system has it as a device of its own."""

    def __init__(self, port: serial.Serial) -> None:
        self._port = port
        self.device = port.fileno() if type(port) is serial.Serial and not WINDOWS else None

    def read(self, seconds: float) -> bytes:
        """What has come in; the port's own time limit is set once, as setting it reconfigures the port."""
        if self.device is not None:
            return read_device(self.device) if await_device(self.device, seconds) else b""
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
        baudrate=settings.baudrate,
        bytesize=settings.bytesize,
        parity=settings.parity,
        stopbits=settings.stopbits,
        xonxoff=settings.xonxoff,
        rtscts=settings.rtscts,
    )
    if isinstance(port, serial.Serial):  # a port behind a network refuses the setting
        port.write_timeout = WRITE_SECONDS
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

    def _attend(self, line: Line, stop: threading.Event) -> None:
        if isinstance(line, SerialLine) and line.device is not None:
            SWITCHBOARD.attend(line.device, self._conversation, stop)
        else:
            super()._attend(line, stop)
