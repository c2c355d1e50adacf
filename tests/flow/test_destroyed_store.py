"""The store destroyed while messages come in: intake goes on, and the next start makes it again from the spool."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from instruments.simulated.mllp_client import MllpClient
from pipeline.demo.performance import free_port

MLLP = """
[[instrument]]
name = "laboratory-system"
model = "generic-mllp-oru"
listen = "127.0.0.1:{port}"
"""
MESSAGES = 60


def overwrite(store: Path) -> None:
    """As by a program that takes it for its own."""
    store.write_bytes(bytes(range(256)) * 4096)


def cut_off(store: Path) -> None:
    """As by a file system that lost its end."""
    os.truncate(store, store.stat().st_size // 2)


def scribble(store: Path) -> None:
    """As by a bad sector: a page in the middle."""
    with store.open("r+b") as file:
        file.seek(store.stat().st_size // 2)
        file.write(b"\xff" * 8192)


def remove(store: Path) -> None:
    """As by somebody who tidies up."""
    store.unlink()


@pytest.mark.parametrize("destroy", [overwrite, cut_off, scribble, remove])
def test_what_arrives_meanwhile_is_acknowledged_and_all_of_it_is_loaded_in_the_end(
    destroy: Callable[[Path], None],
    home: Path,
    exports: Path,
    start: Callable[[str], Any],
    graftline: Callable[..., Any],
    rows: Callable[[str], list[dict[str, Any]]],
    eventually: Callable[..., None],
) -> None:
    message = (exports / "oru-cbc.hl7").read_bytes()
    reports = [b"INV-REPORT-%d" % number for number in range(1000, 1000 + MESSAGES)]
    port = free_port()
    site_file = MLLP.format(port=port)
    service = start(site_file)
    eventually(lambda: service.is_up("laboratory-system"))
    with MllpClient(f"127.0.0.1:{port}") as client:
        for number, report in enumerate(reports):
            if number == MESSAGES // 2:
                eventually(lambda: rows(graftline("dump", "receipts").stdout))
                destroy(home / "store.duckdb")
            assert b"MSA|AA|" in client.exchange(message.replace(b"INV-REPORT-20", report))
    assert service.stop() in (0, 3, 4)
    again = start(site_file)
    eventually(lambda: len(rows(graftline("dump", "receipts").stdout)) == MESSAGES)
    assert {row["state"] for row in rows(graftline("dump", "receipts").stdout)} == {"loaded"}
    measured = rows(graftline("dump", "observations").stdout)
    assert len({row["receipt"] for row in measured}) == MESSAGES
    assert len(measured) == MESSAGES * message.count(b"\rOBX|")
    assert again.stop() == 0
    assert graftline("verify").returncode == 0
