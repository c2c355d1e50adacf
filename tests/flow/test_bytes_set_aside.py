"""Bytes that belong to no message are told of, by the service and by the doctor. Everything here is invented."""

import json
import socket

import pytest

from pipeline.demo.performance import free_port
from pipeline.service import SourceReport

if not hasattr(socket, "AF_UNIX"):
    pytest.skip("the service is stopped by a signal", allow_module_level=True)

SECRET = "INVENTED-SECRET"
INSTRUMENTS = """
[[instrument]]
name = "laboratory-system"
model = "generic-mllp-oru"
listen = "127.0.0.1:{port}"

[[instrument]]
name = "scanner"
link = "lines"
format = "barcode_scan"
listen = "127.0.0.1:{other}"
"""


def say(port, content):
    with socket.create_connection(("127.0.0.1", port), timeout=10) as line:
        line.sendall(content)


def test_bytes_of_no_message_are_told_of_by_run_and_doctor(home, start, tmp_path, graftline, eventually):
    port, other = free_port(), free_port()
    service = start(INSTRUMENTS.format(port=port, other=other))
    eventually(lambda: service.is_up("laboratory-system") and service.is_up("scanner"))

    def found():
        told = graftline("--json", "doctor", config=tmp_path / "site.toml").stdout
        return {row["area"]: row for row in map(json.loads, told.splitlines())}

    assert not [area for area in found() if area.startswith("from ")]
    say(port, SECRET.encode() * 100)
    say(other, SECRET.encode())
    eventually(lambda: service.log.read_text().count(" bytes or more belonged to no message") >= 2)
    finding = found()["from laboratory-system"]
    assert finding["level"] == "warning"
    assert finding["message"].startswith("1500 bytes since the service started belonged to no message")
    assert finding["message"].endswith("; the last: bytes between blocks")
    assert "baud rate, parity, protocol (link) and end mark" in finding["fix"]
    assert found()["from scanner"]["message"].startswith(f"{len(SECRET)} bytes since")
    assert service.stop() == 0
    log = service.log.read_text()
    assert "laboratory-system: up: 1000 bytes or more belonged to no message and were set aside; look at baud" in log
    assert "scanner: up: 10 bytes or more" in log
    assert SECRET not in log
    assert not [area for area in found() if area.startswith("from ")], "nobody runs who could tell"


def test_a_message_that_is_too_large_is_told_of(start, tmp_path, graftline, eventually):
    port = free_port()
    service = start(INSTRUMENTS.format(port=port, other=free_port()))
    eventually(lambda: service.is_up("laboratory-system"))
    with pytest.raises(OSError):  # the connection is closed on whoever sends so much
        say(port, b"\x0bMSH|" + bytes(64 * 1024 * 1024))
    eventually(lambda: "10000000 bytes or more belonged to no message" in service.log.read_text())
    told = map(json.loads, graftline("--json", "doctor", config=tmp_path / "site.toml").stdout.splitlines())
    (message,) = (row["message"] for row in told if row["area"] == "from laboratory-system")
    assert message.endswith("; the last: a block of more than 16777216 bytes")


@pytest.mark.parametrize(
    ("detail", "noise", "headline"),
    [
        ("", 0, "up"),
        ("slow", 0, "up: slow"),
        ("", 9, "up: a few bytes"),
        ("slow", 99_999, "up: slow; 10000 bytes or more"),
    ],
)
def test_a_headline_changes_with_the_order_of_magnitude_alone(detail, noise, headline):
    told = SourceReport("x", "up", detail, 0, 0, noise).headline
    assert told.partition(" belonged")[0] == headline
