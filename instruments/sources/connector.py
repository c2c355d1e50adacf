"""TCP connections that we open: instruments and serial device servers that wait for us."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager

from instruments.links.link import Link
from instruments.sources.backoff import Backoff
from instruments.sources.line import LineSource
from instruments.sources.source import Intake
from instruments.sources.tcp import SocketLine, parse_address

CONNECT_SECONDS = 10.0


@contextmanager
def open_connection(host: str, port: int) -> Iterator[SocketLine]:
    """A connection to the instrument. Raises OSError."""
    with socket.create_connection((host, port), timeout=CONNECT_SECONDS) as connection:
        yield SocketLine(connection)


class Connector(LineSource):
    """An instrument that listens; `address` is host:port. Raises PortUnavailable for what is no address."""

    def __init__(self, name: str, address: str, link: Link, intake: Intake, *, backoff: Backoff | None = None) -> None:
        host, port = parse_address(address)
        super().__init__(name, lambda: open_connection(host, port), link, intake, backoff=backoff)
