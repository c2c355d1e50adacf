"""Encrypted lines. Every message here is invented."""

import socket
import ssl
import threading
from contextlib import ExitStack, suppress

import pytest

from instruments.errors import PortUnavailable
from instruments.links.lines import LineReceiver
from instruments.links.mllp import MllpReceiver, frame
from instruments.sources.connector import Connector
from instruments.sources.listener import MOST_STRANGERS, InstrumentListener, Stranger
from instruments.sources.shared_listener import SharedListener
from instruments.sources.tls import TlsFiles, client_context, server_context

PAYLOAD = b"MSH|^~\\&|INVENTED\r"
LARGE = b"MSH|" + b"x" * 300_000


@pytest.fixture
def ours(certificates):
    return TlsFiles(cert=certificates / "ours.pem", key=certificates / "ours.key")


@pytest.fixture
def mutual(certificates, ours):
    return TlsFiles(cert=ours.cert, key=ours.key, ca=certificates / "theirs.pem")


@pytest.fixture
def stranger(certificates):
    """A client that trusts us and has no certificate."""
    return client_context(TlsFiles(ca=certificates / "ours.pem"))


@pytest.fixture
def friend(certificates):
    """A client that trusts us and has a certificate."""
    files = TlsFiles(cert=certificates / "theirs.pem", key=certificates / "theirs.key", ca=certificates / "ours.pem")
    return client_context(files)


def exchange(context, port, payload):
    with (
        socket.create_connection(("127.0.0.1", port), timeout=10) as plain,
        context.wrap_socket(plain, server_hostname="127.0.0.1") as secure,
    ):
        secure.sendall(frame(payload))
        return secure.recv(100)


def listening(listener, start):
    listener.open()
    start(listener)
    return listener.port


@pytest.mark.parametrize("payload", [PAYLOAD, LARGE], ids=["small", "in many TLS records"])
def test_a_shared_port_speaks_tls(intake, start, ours, stranger, payload):
    port = listening(
        SharedListener("hl7", "127.0.0.1:0", lambda: MllpReceiver(lambda *_: [b"AA"]), intake, tls=ours), start
    )
    assert exchange(stranger, port, payload) == frame(b"AA")
    assert intake.whole == [payload]


@pytest.mark.parametrize("kind", ["shared", "instrument"])
def test_with_ca_only_senders_with_a_certificate_may_come(intake, start, mutual, stranger, friend, kind):
    def make_link():
        return MllpReceiver(lambda *_: [b"AA"])

    listener = (
        SharedListener("hl7", "127.0.0.1:0", make_link, intake, tls=mutual)
        if kind == "shared"
        else InstrumentListener("hl7", "127.0.0.1:0", make_link(), intake, tls=mutual)
    )
    port = listening(listener, start)
    with pytest.raises((ssl.SSLError, ConnectionError)):
        exchange(stranger, port, PAYLOAD)
    assert exchange(friend, port, PAYLOAD) == frame(b"AA")
    assert intake.whole == [PAYLOAD]


def test_whoever_has_not_greeted_throws_no_instrument_off_its_port(intake, start, mutual, stranger, friend, eventually):
    listener = InstrumentListener("xn-1", "127.0.0.1:0", MllpReceiver(lambda *_: [b"AA"]), intake, tls=mutual)
    port = listening(listener, start)
    where = ("127.0.0.1", port)
    with (
        socket.create_connection(where, timeout=10) as plain,
        friend.wrap_socket(plain, server_hostname="127.0.0.1") as instrument,
        ExitStack() as strangers,
    ):
        for count in range(1, 2 * MOST_STRANGERS):
            strangers.enter_context(socket.create_connection(where, timeout=10))
            instrument.sendall(frame(PAYLOAD))
            assert instrument.recv(100) == frame(b"AA")
            assert len(intake.whole) == count
        eventually(lambda: sum(isinstance(each, Stranger) for each in threading.enumerate()) <= MOST_STRANGERS)
        with suppress(ssl.SSLError, ConnectionError):
            exchange(stranger, port, PAYLOAD)
        instrument.sendall(frame(PAYLOAD))
        assert instrument.recv(100) == frame(b"AA")
        assert exchange(friend, port, PAYLOAD) == frame(b"AA"), "the instrument dials again among all of them"


def test_what_is_not_encrypted_gets_nowhere_on_an_encrypted_port(intake, start, ours, eventually):
    port = listening(
        SharedListener("hl7", "127.0.0.1:0", lambda: MllpReceiver(lambda *_: [b"AA"]), intake, tls=ours), start
    )
    with socket.create_connection(("127.0.0.1", port), timeout=10) as plain:
        plain.sendall(frame(PAYLOAD))
        with suppress(ConnectionError):
            while plain.recv(100):
                pass
    assert intake.whole == []


def test_we_connect_only_to_whom_we_trust(intake, start, certificates, ours, eventually):
    with socket.create_server(("127.0.0.1", 0)) as server:
        context = server_context(ours)
        address = f"127.0.0.1:{server.getsockname()[1]}"
        start(Connector("counter", address, LineReceiver(), intake, tls=TlsFiles(ca=certificates / "ours.pem")))
        with context.wrap_socket(server.accept()[0], server_side=True) as secure:
            secure.sendall(b"a line\n")
            eventually(lambda: intake.whole == [b"a line\n"])
        start(Connector("counter", address, LineReceiver(), intake, tls=TlsFiles(ca=certificates / "theirs.pem")))
        plain = server.accept()[0]
        with plain, pytest.raises((ssl.SSLError, ConnectionError)):
            context.wrap_socket(plain, server_side=True).recv(1)


def test_certificates_that_are_not_there_are_named_before_anything_is_opened(tmp_path):
    with pytest.raises(PortUnavailable, match=r"no-such\.pem cannot be used: No such file"):
        server_context(TlsFiles(cert=tmp_path / "no-such.pem"))
