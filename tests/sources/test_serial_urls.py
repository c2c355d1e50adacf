"""Serial ports behind a device server, by pyserial's URLs, over real sockets. Every message here is invented."""

import contextlib
import socket
import sys
import threading

import pytest
import serial
from serial.rfc2217 import PortManager

from instruments.links.astm import AstmLink
from instruments.simulated.analyser import harvest_counts, records
from instruments.simulated.astm_sender import AstmSender
from instruments.simulated.serial_line import SerialCable
from instruments.sources.backoff import Backoff
from instruments.sources.serial_port import SerialPort, SerialSettings

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo-terminals"),
    pytest.mark.filterwarnings("ignore:(setDaemon|setName):DeprecationWarning"),  # pyserial's own threads
]

MESSAGE = records(specimen="A999924000123", counts=harvest_counts(1), measured="20261120132600")
SOON = Backoff(first=0.02, longest=0.02)


class Terminal(serial.Serial):
    """A pseudo-terminal as a serial port; it has no lines to set beside the two that carry bytes."""

    def _update_dtr_state(self):
        pass

    def _update_rts_state(self):
        pass


class Raw:
    """What a device server does for `socket://`: bytes as they are."""

    def __init__(self, port, connection):
        del port, connection

    def escape(self, data):
        return [data]

    def filter(self, data):
        return [data]


class Negotiating(PortManager):
    """What it does for `rfc2217://`: the client sets the line by telnet options."""

    def check_modem_lines(self, force_notification=False):
        """A pseudo-terminal has none."""


class Sending:
    """A connection as pyserial's port manager wants it."""

    def __init__(self, connection):
        self.write = connection.sendall


class DeviceServer:
    """A serial port of its own, handed to whoever connects; every connection can be cut."""

    def __init__(self, device, manager):
        self.port = Terminal(device, timeout=0.02)
        self._manager = manager
        self._server = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._server.getsockname()[1]}"
        self._connections = []
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def cut(self):
        """Hang up on whoever is connected."""
        for each in self._connections:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def close(self):
        self._stop.set()
        self.cut()
        with contextlib.suppress(OSError):
            self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        for each in self._threads:
            each.join(10)
        self.port.close()

    def _accept(self):
        with contextlib.suppress(OSError):
            while not self._stop.is_set():
                connection, _ = self._server.accept()
                self._connections.append(connection)
                self._serve(connection)

    def _serve(self, connection):
        manager = self._manager(self.port, Sending(connection))
        over = threading.Event()
        outgoing = threading.Thread(target=self._pass_on, args=(connection, manager, over))
        outgoing.start()
        with contextlib.suppress(OSError), connection:
            while data := connection.recv(1024):
                self.port.write(b"".join(manager.filter(data)))
        over.set()
        outgoing.join()

    def _pass_on(self, connection, manager, over):
        with contextlib.suppress(OSError):
            while not over.is_set():
                if data := self.port.read(256):
                    connection.sendall(b"".join(manager.escape(data)))


@pytest.fixture
def cable(tmp_path):
    with SerialCable(tmp_path / "analyser") as cable:
        yield cable


@pytest.fixture(params=["socket", "rfc2217"])
def served(request, cable):
    """A device server on the cable, and the URL under which it is reached."""
    server = DeviceServer(cable.device, {"socket": Raw, "rfc2217": Negotiating}[request.param])
    yield server, f"{request.param}://{server.address}"
    server.close()


def test_a_message_arrives_and_another_when_the_server_has_hung_up(served, cable, intake, start, eventually):
    server, url = served
    source = SerialPort("xn-1", url, AstmLink(), intake, settings=SerialSettings(baudrate=19200), backoff=SOON)
    start(source)
    eventually(lambda: source.status.state == "up")
    AstmSender(cable).send(MESSAGE)
    assert intake.whole == [MESSAGE]
    if url.startswith("rfc2217"):
        assert server.port.baudrate == 19200
    server.cut()
    eventually(lambda: source.status.reopened)
    eventually(lambda: source.status.state == "up")
    AstmSender(cable).send(MESSAGE)
    assert intake.whole == [MESSAGE, MESSAGE]
