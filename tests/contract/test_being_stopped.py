"""3 store or port not available, 4 integrity failure, and a service that is stopped, asked twice, or in the way."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

Graftline = Callable[..., Any]
REPOSITORY = Path(__file__).parents[2]
SITE = (
    '[site]\nname = "Invented"\n[[instrument]]\nname = "exports"\nmodel = "generic-typing-folder"\nfolder = "exports"\n'
)
posix = pytest.mark.skipif(os.name == "nt", reason="processes are told to stop otherwise there")


class Running:
    """`graftline run` in a process of its own."""

    def __init__(self, here: Path) -> None:
        (here / "site.toml").write_text(SITE, encoding="utf-8")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "pipeline.cli.app", "--config", "site.toml", "run"],
            cwd=here,
            env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
            stderr=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        until = time.monotonic() + 30
        while not (here / "graftline-data" / "service.json").exists() and time.monotonic() < until:
            time.sleep(0.05)

    def stop(self, number: int) -> tuple[int, str, str]:
        self.process.send_signal(number)
        out, err = self.process.communicate(timeout=10)
        return self.process.returncode, out, err


@pytest.fixture
def running(here: Path) -> Iterator[Running]:
    service = Running(here)
    yield service
    if service.process.poll() is None:
        service.process.kill()
        service.process.communicate()


@posix
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_service_ends_well_when_it_is_told_to(running: Running, number: int, here: Path) -> None:
    code, out, err = running.stop(number)
    assert (code, out) == (0, ""), err
    assert err.rstrip().endswith("everything that was acknowledged is on disk")
    assert not (here / "graftline-data" / "service.json").exists()


@posix
def test_while_the_service_runs(graftline: Graftline, running: Running, loaded: str) -> None:
    """Others ask it; a second one, and whoever needs the store to itself, end with 3."""
    for words in (("run",), ("rebuild",)):
        answer = graftline(*words)
        assert (answer.code, answer.out) == (3, "")
        assert f"in use by process {running.process.pid}" in answer.err
    assert graftline("show", loaded).code == 0
    assert graftline("dump", "zork").code == 2
    assert graftline("dump", "typings", "--zork").code == 2
    assert graftline("--json", "ingest", "broken.hml", "--source", "again").code == 1
    assert graftline("verify").code == 0
    assert running.stop(signal.SIGTERM)[0] == 0
    assert graftline("--json", "rebuild").row()["equal"] is True


def test_3_a_port_that_is_not_available(graftline: Graftline, here: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        (here / "site.toml").write_text(f"[service]\nport = {port}\n", encoding="utf-8")
        answer = graftline("--config", "site.toml", "run")
    assert (answer.code, answer.out) == (3, "")
    assert f"the port {port} of [service] cannot be opened" in answer.err
    assert graftline("simulate", "sysmex-xn", "--port", f"socket://127.0.0.1:{port}").code == 3


def test_3_a_port_of_the_demo_that_is_not_available(graftline: Graftline) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        answer = graftline("demo", "--for", "1", "--port", str(taken.getsockname()[1]))
    assert (answer.code, answer.out) == (3, "")
    assert "name another, or leave --port out" in answer.err


def test_3_a_store_of_a_newer_program(graftline: Graftline, here: Path) -> None:
    with duckdb.connect(str(here / "graftline-data" / "store.duckdb")) as store:
        store.execute("insert into migration values (9999, 'invented', 'invented')")
    answer = graftline("dump", "receipts")
    assert (answer.code, answer.out) == (3, "")
    assert "the store was made by a newer version of Graftline" in answer.err
    assert graftline("rebuild").code == 0
    assert graftline("dump", "receipts").code == 0


def test_4_a_spool_that_is_gone(graftline: Graftline, here: Path) -> None:
    shutil.rmtree(here / "graftline-data" / "spool")
    for words in (("dump", "receipts"), ("verify",), ("ingest", "report.hml")):
        answer = graftline(*words)
        assert answer.code == 4
        assert "the end of the spool is missing; restore it from the backup" in answer.err
    assert graftline("rebuild").code == 4, "what the store had is named, and the store kept"
    assert list((here / "graftline-data").glob("store.duckdb.earlier-1"))


def test_a_damaged_store_is_made_again_without_a_word_to_anybody(graftline: Graftline, here: Path) -> None:
    before = graftline("dump", "typings").out
    (here / "graftline-data" / "store.duckdb").write_bytes(b"no store" * 5_000)
    assert graftline("doctor").code == 1
    assert graftline("dump", "typings").out == before
    assert graftline("verify").code == 0
