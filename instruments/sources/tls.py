"""TLS for the lines that run over TCP, from the standard library: ours is version 1.2 or later, and checks the peer."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import msgspec

from instruments.errors import PortUnavailable

HANDSHAKE_SECONDS: Final = 10.0
StrPath = str | Path


class TlsFiles(msgspec.Struct, frozen=True, kw_only=True):
    """PEM files: our certificate with its key, and the authorities that the other side's certificate must come from."""

    cert: StrPath | None = None
    key: StrPath | None = None
    ca: StrPath | None = None


def server_context(files: TlsFiles) -> ssl.SSLContext:
    """For a port that we listen on; with `ca`, only peers with a certificate of it may come. Raises PortUnavailable."""
    if not files.cert:
        raise PortUnavailable(
            "an encrypted line that is listened on needs a certificate of ours (cert), and none is named"
        )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    _load(context, files)
    if files.ca:
        context.verify_mode = ssl.CERT_REQUIRED
    return context


def client_context(files: TlsFiles) -> ssl.SSLContext:
    """For a connection that we open; without `ca` the system's authorities are trusted. Raises PortUnavailable."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if not files.ca:
        context.load_default_certs()
    _load(context, files)
    return context


def _load(context: ssl.SSLContext, files: TlsFiles) -> None:
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if files.cert:
        with _named(files.cert if files.key is None else f"{files.cert} with {files.key}"):
            context.load_cert_chain(files.cert, files.key)
    if files.ca:
        with _named(files.ca):
            context.load_verify_locations(files.ca)


@contextmanager
def _named(files: StrPath) -> Iterator[None]:
    try:
        yield
    except OSError as fault:  # also ssl.SSLError
        raise PortUnavailable(f"the TLS certificate {files} cannot be used: {fault.strerror or fault}") from fault
