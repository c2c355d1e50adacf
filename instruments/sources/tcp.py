"""What the two ends of TCP have in common: addresses, keep-alive, a socket as a line."""

import socket
from typing import Final

from instruments.errors import PortUnavailable

READ_BYTES: Final = 65_536
SEND_SECONDS: Final = 10.0
CONNECT_SECONDS: Final = 10.0

KEEP_ALIVE: Final = {"TCP_KEEPIDLE": 60, "TCP_KEEPINTVL": 10, "TCP_KEEPCNT": 6}
"""Seconds of quiet before the first probe, between probes, and how many: a dead peer is known after two minutes."""


def parse_address(address: str) -> tuple[str, int]:
    """Host and port of `host:port` or `[v6]:port`. Raises PortUnavailable."""
    host, _, port = address.rpartition(":")
    if not host or not port.isdecimal() or int(port) > 65_535:
        raise PortUnavailable(f'"{address}" is no address; expected host:port, such as 127.0.0.1:5000')
    return host.strip("[]"), int(port)


def keep_alive(connection: socket.socket) -> None:
    """Have the system notice a peer that is gone without a word, and send answers at once."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for option, setting in KEEP_ALIVE.items():
        if hasattr(socket, option):  # not every system has all three
            connection.setsockopt(socket.IPPROTO_TCP, getattr(socket, option), setting)


class SocketLine:
    """A connected socket as a line."""

    def __init__(self, connection: socket.socket) -> None:
        keep_alive(connection)
        self._connection = connection

    def read(self, seconds: float) -> bytes:
        """What has come in. Raises ConnectionResetError when the peer has closed."""
        self._connection.settimeout(max(seconds, 0.001))
        try:
            chunk = self._connection.recv(READ_BYTES)
        except TimeoutError:
            return b""
        if not chunk:
            raise ConnectionResetError("the other side has closed the connection")
        return chunk

    def write(self, answer: bytes) -> None:
        """Send all of it."""
        self._connection.settimeout(SEND_SECONDS)
        self._connection.sendall(answer)
