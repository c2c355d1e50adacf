"""The instrument's end of a line: what a simulated instrument writes to and reads from."""

import socket
from types import TracebackType
from typing import Protocol, Self

import serial

from instruments.sources.tcp import READ_BYTES, SEND_SECONDS, keep_alive, parse_address


class Wire(Protocol):
    """Bytes out, bytes in."""

    def write(self, chunk: bytes) -> None:
        """Send all of it. Raises OSError."""

    def read(self, seconds: float) -> bytes:
        """What has come in, empty if nothing does within `seconds`. Raises OSError."""


class SocketWire:
    """A TCP connection to `address` (host:port)."""

    def __init__(self, address: str) -> None:
        self._connection = socket.create_connection(parse_address(address), timeout=SEND_SECONDS)
        keep_alive(self._connection)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._connection.close()

    def write(self, chunk: bytes) -> None:
        """Send all of it."""
        self._connection.settimeout(SEND_SECONDS)
        self._connection.sendall(chunk)

    def read(self, seconds: float) -> bytes:
        """What has come in; empty also when the other side has closed."""
        self._connection.settimeout(seconds)
        try:
            return self._connection.recv(READ_BYTES)
        except TimeoutError:
            return b""


class AcceptedWire:
    """Whoever connects to our `address` (host:port), one after the other. Raises OSError if it cannot be bound."""

    def __init__(self, address: str) -> None:
        host, port = parse_address(address)
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._server = socket.create_server((host, port), family=family)
        self._peer: socket.socket | None = None

    def close(self) -> None:
        """Hang up, and let go of the port."""
        for each in (self._peer, self._server):
            if each:
                each.close()

    def write(self, chunk: bytes) -> None:
        """Send all of it to whoever is connected; nowhere if nobody is."""
        if self._peer:
            self._peer.settimeout(SEND_SECONDS)
            self._peer.sendall(chunk)

    def read(self, seconds: float) -> bytes:
        """What has come in; empty also when somebody has just connected or gone."""
        try:
            if self._peer is None:
                self._server.settimeout(seconds)
                self._peer = self._server.accept()[0]
            self._peer.settimeout(seconds)
            chunk = self._peer.recv(READ_BYTES)
        except TimeoutError:
            return b""
        except ConnectionError:
            chunk = b""
        if not chunk and self._peer:
            self._peer.close()
            self._peer = None
        return chunk


class UrlWire:
    """Any pyserial URL, with that library's default settings (9600 baud, 8N1)."""

    def __init__(self, url: str) -> None:
        self._port = serial.serial_for_url(url)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._port.close()

    def close(self) -> None:
        """Let go of the port."""
        self._port.close()

    def write(self, chunk: bytes) -> None:
        """Send all of it."""
        self._port.write(chunk)

    def read(self, seconds: float) -> bytes:
        """What has come in."""
        self._port.timeout = seconds
        return bytes(self._port.read(self._port.in_waiting or 1))
