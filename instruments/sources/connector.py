"""TCP connections that we open: instruments and serial device servers that wait for us."""

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager

from instruments.links.link import Link
from instruments.sources.backoff import Backoff
from instruments.sources.line import LineSource
from instruments.sources.source import Intake
from instruments.sources.tcp import CONNECT_SECONDS, SocketLine, parse_address
from instruments.sources.tls import TlsFiles, client_context


@contextmanager
def open_connection(host: str, port: int, tls: ssl.SSLContext | None = None) -> Iterator[SocketLine]:
    """A connection to whoever listens there, encrypted where there is a context for it. Raises OSError."""
    with socket.create_connection((host, port), timeout=CONNECT_SECONDS) as plain:
        if tls is None:
            yield SocketLine(plain)
        else:
            with tls.wrap_socket(plain, server_hostname=host) as secure:
                yield SocketLine(secure)


class Connector(LineSource):
    """An instrument that listens; `address` is host:port. Raises PortUnavailable for what is no address."""

    def __init__(
        self,
        name: str,
        address: str,
        link: Link,
        intake: Intake,
        *,
        tls: TlsFiles | None = None,
        backoff: Backoff | None = None,
    ) -> None:
        host, port = parse_address(address)
        context = client_context(tls) if tls else None
        super().__init__(name, lambda: open_connection(host, port, context), link, intake, backoff=backoff)
