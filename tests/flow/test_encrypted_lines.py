"""Encrypted lines as a site file names them: in, out, and what is said where a certificate is missing."""

import os
import socket

import pytest

from instruments.links.mllp import frame
from instruments.sources.tls import TlsFiles, client_context, server_context
from pipeline.demo.performance import free_port
from pipeline.doctor import examine
from tests.flow.registry import Registry

LISTENING = """
[[instrument]]
name = "laboratory-system"
model = "generic-mllp-oru"
listen = "127.0.0.1:{port}"
tls = {{ cert = "{cert}", key = "{key}" }}
"""
DELIVERING = """
[[destination]]
name = "registry"
connect = "{address}"
longest_delay_seconds = 0.1
tls = {{ ca = "{ca}" }}
"""


@pytest.fixture
def encrypted_registry(certificates):
    files = TlsFiles(cert=certificates / "theirs.pem", key=certificates / "theirs.key")
    peer = Registry(server_context(files))
    yield peer
    peer.server.close()


@pytest.mark.skipif(os.name == "nt", reason="the service is stopped by a signal")
def test_a_report_comes_in_and_goes_out_encrypted(start, certificates, encrypted_registry, exports, eventually):
    port = free_port()
    service = start(
        LISTENING.format(port=port, cert=certificates / "ours.pem", key=certificates / "ours.key")
        + DELIVERING.format(address=encrypted_registry.address, ca=certificates / "theirs.pem")
    )
    eventually(lambda: service.is_up("laboratory-system"))
    context = client_context(TlsFiles(ca=certificates / "ours.pem"))
    with (
        socket.create_connection(("127.0.0.1", port), timeout=10) as plain,
        context.wrap_socket(plain, server_hostname="127.0.0.1") as secure,
    ):
        secure.sendall(frame((exports / "oru-typing.hl7").read_bytes()))
        assert b"MSA|CA|" in secure.recv(1000)
    eventually(lambda: encrypted_registry.received)


@pytest.mark.parametrize(
    ("line", "area"),
    [
        (LISTENING.format(port=0, cert="no-such.pem", key="no-such.key"), "instrument laboratory-system"),
        (
            LISTENING.format(port=0, cert="no-such.pem", key="").replace(', key = ""', ""),
            "instrument laboratory-system",
        ),
        (DELIVERING.format(address="127.0.0.1:2575", ca="no-such.pem"), "destination registry"),
    ],
)
def test_a_certificate_that_is_not_there_is_named_by_doctor_and_run(graftline, home, tmp_path, line, area):
    site_file = tmp_path / "site.toml"
    site_file.write_text(line)
    (found,) = [each for each in examine(home, site_file) if each.area == area and each.level == "error"]
    assert "no-such.pem" in found.message
    answer = graftline("run", config=site_file)
    assert answer.returncode == 3
    assert found.message in answer.stderr


def test_who_listens_encrypted_needs_a_certificate(graftline, tmp_path):
    site_file = tmp_path / "site.toml"
    site_file.write_text(
        '[[instrument]]\nname = "a"\nmodel = "generic-mllp-oru"\nlisten = "127.0.0.1:0"\ntls = { ca = "a.pem" }\n'
    )
    answer = graftline("run", config=site_file)
    assert (answer.returncode, "needs a certificate" in answer.stderr) == (3, True)
