"""`graftline run` from outside: instruments of every kind, other people's commands, stopping, dying, coming back."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from instruments.simulated.analyser import harvest_counts, records
from instruments.simulated.astm_sender import SHORT_TIMERS, AstmSender
from instruments.simulated.export_folder import write_then_rename
from instruments.simulated.mllp_client import MllpClient
from instruments.simulated.separator import SeparatorRun
from instruments.simulated.serial_line import SerialCable
from pipeline.control import Invitation, ask
from pipeline.demo.performance import free_port
from pipeline.errors import Unavailable
from pipeline.spool.frames import Kind
from pipeline.spool.reader import SpoolReader
from pipeline.store import queries
from pipeline.store.store import Store

if os.name == "nt":
    pytest.skip("the instruments of these tests are pseudo-terminals", allow_module_level=True)

Command = Callable[..., subprocess.CompletedProcess[str]]
Rows = Callable[[str], list[dict[str, Any]]]
Start = Callable[[str], Any]
Wait = Callable[..., None]

FOLDER = """
[[instrument]]
name = "exports"
folder = '{folder}'
files = {{ settle_seconds = 0.1, give_up_seconds = 1 }}
"""
MLLP = """
[[instrument]]
name = "laboratory-system"
model = "generic-mllp-oru"
listen = "127.0.0.1:{port}"
"""
ANALYSER = """
[[instrument]]
name = "analyser"
link = "astm"
format = "astm_records"
port = '{device}'
"""
SEPARATOR = """
[[instrument]]
name = "separator"
link = "lines"
format = "separator_log"
profile = "graftsep"
port = '{device}'
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An export folder."""
    path = tmp_path / "exports"
    path.mkdir()
    return path


@pytest.fixture
def received(graftline: Command, rows: Rows) -> Callable[[], list[dict[str, Any]]]:
    """The receipts, as the command line tells them."""
    return lambda: rows(graftline("dump", "receipts").stdout)


def messages_in(home: Path) -> list[bytes]:
    """The payload of every message in the spool of a service that has stopped."""
    return [payload for envelope, payload in SpoolReader(home / "spool").read() if envelope.kind is Kind.MESSAGE]


def test_instruments_of_every_kind_at_once(
    home: Path, folder: Path, exports: Path, start: Start, received: Callable[[], Any], eventually: Wait
) -> None:
    port = free_port()
    counts = records(specimen="INVENTED-1", counts=harvest_counts(1), measured="20261120101500")
    cbc, typing = (exports / "oru-cbc.hl7").read_bytes(), (exports / "oru-typing.hl7").read_bytes()
    assert b"|2.5.1|||AL|NE|" in typing, "asks for an answer in enhanced mode"
    donor = (exports / "donor-01.hml").read_bytes()
    run_log = list(SeparatorRun(minutes=40).lines())
    with SerialCable() as line, SerialCable() as log:
        service = start(
            FOLDER.format(folder=folder)
            + MLLP.format(port=port)
            + ANALYSER.format(device=line.device)
            + SEPARATOR.format(device=log.device)
        )
        AstmSender(line, settings=SHORT_TIMERS).send(counts)
        for each in run_log:
            log.write(each)
        write_then_rename(folder, "donor-01.hml", donor)
        eventually(lambda: service.is_up("laboratory-system"))
        with MllpClient(f"127.0.0.1:{port}") as client:
            assert b"\rMSA|AA|" in client.exchange(cbc)
            assert b"\rMSA|CA|" in client.exchange(typing)
        eventually(lambda: len(received()) == 5)
        assert {(row["source"], row["format"], row["state"]) for row in received()} == {
            ("analyser", "astm_records", "loaded"),
            ("separator", "separator_log", "loaded"),
            ("exports", "hml", "loaded"),
            ("laboratory-system", "hl7_oru", "loaded"),
        }
        assert [path.name for path in folder.rglob("*.hml")] == ["donor-01.hml"]
        assert not (folder / "donor-01.hml").exists()
        eventually(lambda: service.log.read_text().count(": up") >= 5)
        assert service.stop() == 0
    assert not (home / "service.json").exists()
    assert sorted(messages_in(home)) == sorted([counts, b"".join(run_log), donor, cbc, typing])
    first, *told, last = service.log.read_text().splitlines()
    changes = [each.partition(": a few bytes belonged")[0] for each in told]  # the EOT of a call that came too early
    assert first == "Invented laboratory: 4 instruments; stop with Ctrl+C or SIGTERM"
    assert last == "stopped; everything that was acknowledged is on disk"
    parts = ("exports", "laboratory-system", "analyser", "separator", "loader")
    assert {f"{part}: up" for part in parts} <= set(changes) <= {f"{p}: {s}" for p in parts for s in ("starting", "up")}


def test_what_is_acknowledged_while_the_service_stops_is_in_the_spool(
    home: Path, start: Start, exports: Path, eventually: Wait
) -> None:
    port = free_port()
    service = start(MLLP.format(port=port))
    payload = (exports / "oru-cbc.hl7").read_bytes()
    accepted: list[bytes] = []
    eventually(lambda: service.is_up("laboratory-system"))

    def send() -> None:
        with MllpClient(f"127.0.0.1:{port}") as client:
            for number in range(100_000):
                message = payload.replace(b"INV-BLOOD-0001", b"INV-BLOOD-%06d" % number)
                if b"MSA|AA|" in client.exchange(message, seconds=5.0):
                    accepted.append(message)

    def until_cut_off() -> None:
        try:
            send()
        except Exception:  # the line is cut in the middle of whatever the sender does
            return

    sender = threading.Thread(target=until_cut_off)
    sender.start()
    while len(accepted) < 50:
        assert sender.is_alive()
    assert service.stop() == 0
    sender.join(10)
    assert set(accepted) <= set(messages_in(home))


def test_other_commands_are_carried_out_by_the_service(
    home: Path, folder: Path, tmp_path: Path, exports: Path, start: Start, graftline: Command, rows: Rows
) -> None:
    start(FOLDER.format(folder=folder))
    taken = graftline("--json", "ingest", exports / "donor-01.hml", exports / "broken.hml")
    assert taken.returncode == 1
    assert json.loads(taken.stdout)["loaded"] == 1
    loaded, broken = rows(graftline("dump", "receipts").stdout)
    assert graftline("show", loaded["receipt"]).stdout.startswith(loaded["receipt"])
    assert graftline("hl7", loaded["receipt"]).stdout.startswith("MSH|")
    assert rows(graftline("--json", "quarantine", "list").stdout)[0]["receipt"] == broken["receipt"]
    assert graftline("quarantine", "resubmit", broken["receipt"], "--format", "hml").returncode == 1
    found = rows(graftline("--json", "search", "--patient", exports / "donor-01.hml").stdout)
    assert found[0]["donor"] == "9999TEST00000000118"
    assert graftline("feed", "publish", "--to", tmp_path / "published").returncode == 0
    assert (tmp_path / "published" / "manifest.json").is_file()
    assert rows(graftline("feed", "changes").stdout)[-1] == {"cursor": 3}
    assert graftline("verify").returncode == 0
    wrong = graftline("dump", "zork")
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert 'there is no table "zork"' in wrong.stderr
    missing = graftline("ingest", tmp_path / "nothing")
    assert missing.returncode == 2
    for alone in ("run", "rebuild"):
        refused = graftline(alone)
        assert refused.returncode == 3
        assert "is in use by process" in refused.stderr
    assert graftline("dump", "receipts").returncode == 0, "the second run has not disturbed the first"


def test_after_a_kill_everything_goes_on_although_service_json_is_stale(
    home: Path, folder: Path, exports: Path, start: Start, received: Callable[[], Any], eventually: Wait
) -> None:
    service = start(FOLDER.format(folder=folder))
    write_then_rename(folder, "donor-01.hml", (exports / "donor-01.hml").read_bytes())
    eventually(received)
    assert service.stop(signal.SIGKILL) == -signal.SIGKILL
    assert (home / "service.json").exists()
    assert len(received()) == 1
    again = start(FOLDER.format(folder=folder))
    assert len(received()) == 1
    assert again.stop() == 0
    assert not (home / "service.json").exists()


def test_a_store_destroyed_while_the_service_was_stopped_is_loaded_again(
    home: Path, folder: Path, exports: Path, start: Start, graftline: Command, rows: Rows
) -> None:
    graftline("ingest", exports)
    before = graftline("dump", "typings").stdout
    (home / "store.duckdb").write_bytes(bytes(range(256)) * 4096)
    service = start(FOLDER.format(folder=folder))
    assert graftline("dump", "typings").stdout == before
    assert service.stop() == 0
    assert (home / "store.duckdb.damaged-1").read_bytes().startswith(bytes(range(256)))


@pytest.fixture
def holder(home: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Another program that has the store open."""
    with Store(home / "store.duckdb"):
        pass
    program = f"import duckdb; c = duckdb.connect({str(home / 'store.duckdb')!r}); print('open', flush=True); input()"
    with subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"open\n"
        yield process
        process.kill()


def test_intake_goes_on_while_another_program_has_the_store(
    home: Path,
    exports: Path,
    start: Start,
    holder: subprocess.Popen[bytes],
    graftline: Command,
    received: Callable[[], Any],
    eventually: Wait,
) -> None:
    port = free_port()
    service = start(MLLP.format(port=port))
    eventually(lambda: service.is_up("laboratory-system"))
    with MllpClient(f"127.0.0.1:{port}") as client:
        assert b"MSA|AA|" in client.exchange((exports / "oru-cbc.hl7").read_bytes())
    refused = graftline("dump", "receipts")
    assert refused.returncode == 3
    assert f"the store is in use by process {holder.pid}" in refused.stderr
    eventually(lambda: f"loader: the store is in use by process {holder.pid}" in service.log.read_text())
    holder.kill()
    eventually(lambda: "loader: up" in service.log.read_text())
    assert [row["state"] for row in received()] == ["loaded"]
    assert service.stop() == 0
    with Store(home / "store.duckdb") as store:
        assert len(list(queries.dump(store, "receipts"))) == 1


def test_nobody_is_asked_who_does_not_greet() -> None:
    """After a crash another program may have the port that service.json names: it is told nothing."""
    heard: list[bytes] = []

    def stranger(listener: socket.socket) -> None:
        connection, _ = listener.accept()
        with connection:
            connection.sendall(b"220 mail ready\r\n")
            with suppress(ConnectionResetError):
                heard.append(connection.recv(1024))

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=stranger, args=(listener,))
        thread.start()
        invitation = Invitation(listener.getsockname()[1], "secret", 0)
        assert ask(invitation, ["dump", "receipts"], False, sys.stdout, sys.stderr) is None
        thread.join()
    assert b"".join(heard) == b""


def test_a_service_that_dies_in_the_middle_of_its_answer_is_told_of() -> None:
    def dying(listener: socket.socket) -> None:
        connection, _ = listener.accept()
        with connection:
            connection.sendall(b"{}\n")
            connection.recv(1024)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=dying, args=(listener,))
        thread.start()
        invitation = Invitation(listener.getsockname()[1], "secret", 0)
        with pytest.raises(Unavailable, match="ask again"):
            ask(invitation, ["dump", "receipts"], False, sys.stdout, sys.stderr)
        thread.join()


def test_whoever_cannot_read_service_json_gets_no_answer(home: Path, folder: Path, start: Start) -> None:
    start(FOLDER.format(folder=folder))
    port = json.loads((home / "service.json").read_text())["port"]
    out: list[str] = []

    class Heard:
        def write(self, text: str) -> None:
            out.append(text)

    with pytest.raises(Unavailable):
        ask(Invitation(port, "guessed", 0), ["dump", "receipts"], False, Heard(), Heard())  # type: ignore[arg-type]  # only written to
    assert out == []


def test_a_port_of_the_service_that_another_program_has(home: Path, tmp_path: Path, graftline: Command) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        (tmp_path / "site.toml").write_text(f"[service]\nport = {port}\n")
        refused = graftline("run", config=tmp_path / "site.toml")
    assert refused.returncode == 3
    assert f"the port {port} of [service] cannot be opened" in refused.stderr
    assert not (home / "service.json").exists()


def test_a_control_id_that_comes_again_with_another_content_is_another_message(
    home: Path, exports: Path, start: Start, received: Callable[[], Any], eventually: Wait
) -> None:
    """Some analysers count from 1 again when they are switched on: an id alone tells nothing."""
    port = free_port()
    first = (exports / "oru-cbc.hl7").read_bytes()
    other = first.replace(b"|48.2|", b"|47.1|")
    assert first != other
    service = start(MLLP.format(port=port))
    eventually(lambda: service.is_up("laboratory-system"))
    with MllpClient(f"127.0.0.1:{port}") as client:
        answers = [client.exchange(each) for each in (first, other, first)]
    eventually(lambda: len(received()) == 3)
    assert [row["state"] for row in received()] == ["superseded", "loaded", "duplicate"]
    assert len({answer.partition(b"\rMSA|AA|")[2].partition(b"\r")[0] for answer in answers}) == 1, "one control id"
    assert service.stop() == 0
    assert messages_in(home) == [first, other, first]
