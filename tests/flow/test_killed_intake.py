"""kill -9 at every write and sync of an intake session, then a restart: nothing acknowledged is lost or doubled.

The sender is a process of its own that does what real senders do: it repeats what was not acknowledged and nothing
else. So if the receiver had acknowledged a message before it had it, the message would be missing at the end.
"""

import os
import re
import signal
import threading
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from instruments.links.astm_table import AstmSettings
from instruments.simulated.analyser import harvest_counts, records
from instruments.simulated.astm_sender import AstmSender, NotDelivered
from instruments.simulated.mllp_client import MllpClient, NoAnswer
from instruments.simulated.separator import SeparatorRun
from instruments.simulated.serial_line import SerialCable
from pipeline.config.settings import Files, Instrument
from pipeline.demo.performance import free_port
from pipeline.site import Site, open_site
from pipeline.spool.reader import SpoolReader
from pipeline.spool.spool import Spool
from pipeline.store import queries
from pipeline.wiring import source_of
from pipeline.worklist.orders import Worklist

NEVER = 10**9
PATIENCE_SECONDS = 20.0
OPENING_SECONDS = 0.6
"""Opening a serial port throws away what was sent before."""
TIMERS = AstmSettings(reply=0.2, busy=0.02, tries=2, sessions=1)
ACCEPTED = re.compile(rb"MSA\|[AC]A\|")


def receive(home: Path, instrument: Instrument, done: Callable[[], bool]) -> Callable[[Callable[[str], None]], None]:
    """A session: the spool and one source at work until the sender is done."""

    def session(_acknowledge: Callable[[str], None]) -> None:
        stop = threading.Event()
        with Spool(home / "spool", low_water=0) as spool:
            source = source_of(instrument, spool, (), Worklist(home / "worklist.jsonl"))
            thread = threading.Thread(target=source.run, args=(stop,))
            thread.start()
            until = time.monotonic() + PATIENCE_SECONDS
            while not done() and time.monotonic() < until:
                time.sleep(0.005)
            stop.set()
            thread.join()

    return session


def repeat_until(delivered: Callable[[], bool]) -> None:
    """Try again until it is delivered, but not for ever."""
    until = time.monotonic() + PATIENCE_SECONDS
    while not delivered():
        assert time.monotonic() < until, "nobody accepts it"


def in_child(work: Callable[[], object]) -> int:
    """Do the work in a process of its own."""
    child = os.fork()
    if child == 0:
        try:
            work()
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    return child


def survive(
    home: Path, instrument: Instrument, kill_at: Callable[..., Any], k: int, send: Callable[[], object]
) -> bool:
    """Receive, die at the K-th call, start again and receive the rest; whether there was a K-th call."""
    mark = home.parent / f"done-{k}"
    sender = in_child(lambda: (send(), mark.touch()))
    killed: bool = kill_at(k, receive(home, instrument, mark.exists)).killed
    if killed:
        kill_at(NEVER, receive(home, instrument, mark.exists))
    assert os.waitpid(sender, 0)[1] == 0
    assert mark.exists(), "every message was acknowledged in the end"
    return killed


def loaded(home: Path) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Every loaded value without what only says how it came, and the receipts."""
    with open_site(home, None) as site:
        store = site.ready_store()
        values = [*queries.dump(store, "typings"), *queries.dump(store, "observations")]
        receipts = list(queries.dump(store, "receipts"))
    shown = [{key: value for key, value in row.items() if key not in ("receipt", "version", "flags")} for row in values]
    return sorted(shown, key=repr), receipts


def every_kill(
    kill_at: Callable[..., Any], tmp_path: Path, instrument: Instrument, send: Callable[[Path], Callable[[], object]]
) -> int:
    """Kill at the first call, the second, and so on; the end state is always that of the run without a kill."""
    calm = tmp_path / "calm" / "home"
    calm.parent.mkdir()
    survive(calm, instrument, kill_at, NEVER, send(calm))
    expected, receipts = loaded(calm)
    assert expected and all(row["state"] == "loaded" for row in receipts)
    for k in range(1, 500):
        home = tmp_path / f"killed-at-{k}" / "home"
        home.parent.mkdir()
        killed = survive(home, instrument, kill_at, k, send(home))
        values, receipts = loaded(home)
        assert values == expected, f"killed at call {k}"
        assert sum(row["state"] == "loaded" for row in receipts) == len(
            {row["sha256"] for row in receipts if row["whole"]}
        )
        if not killed:
            return k
    raise AssertionError("the session never ends")


def test_astm_over_a_serial_line(kill_at: Callable[..., Any], tmp_path: Path) -> None:
    messages = [
        records(specimen=f"INVENTED-{number}", counts=harvest_counts(number)[:2], measured="20261120101500")
        for number in range(2)
    ]
    with SerialCable() as cable:

        def send(_home: Path) -> Callable[[], object]:
            return lambda: [deliver_astm(cable, message) for message in messages]

        instrument = Instrument(
            name="analyser", source="port", address=cable.device, link="astm", format="astm_records"
        )
        assert every_kill(kill_at, tmp_path, instrument, send) > 15


def deliver_astm(cable: SerialCable, message: bytes) -> None:
    """Send a message in sessions of its own until one is acknowledged to its end."""

    def delivered() -> bool:
        try:
            AstmSender(cable, settings=TIMERS).send(message)
        except (NotDelivered, OSError):
            cable.read(0.02)
            return False
        return True

    repeat_until(delivered)


def test_hl7_over_mllp(kill_at: Callable[..., Any], tmp_path: Path, exports: Path) -> None:
    port = free_port()
    payloads = [(exports / name).read_bytes() for name in ("oru-typing.hl7", "oru-cbc.hl7")]

    def send(_home: Path) -> Callable[[], object]:
        return lambda: [deliver_hl7(port, payload) for payload in payloads]

    instrument = Instrument(name="lis", source="listen", address=f"127.0.0.1:{port}", link="mllp", format="hl7_oru")
    assert every_kill(kill_at, tmp_path, instrument, send) > 8


def deliver_hl7(port: int, payload: bytes) -> None:
    """Send a message until its acknowledgement says that it was accepted."""

    def delivered() -> bool:
        try:
            with MllpClient(f"127.0.0.1:{port}") as client:
                return ACCEPTED.search(client.exchange(payload, seconds=1.0)) is not None
        except (NoAnswer, OSError):
            time.sleep(0.02)
            return False

    repeat_until(delivered)


@pytest.mark.parametrize("names", [("donor-01.hml", "donor-03.hml", "two-column-table.csv")])
def test_an_export_folder(kill_at: Callable[..., Any], tmp_path: Path, exports: Path, names: tuple[str, ...]) -> None:
    folder = tmp_path / "exports"

    def send(_home: Path) -> Callable[[], object]:
        folder.mkdir(exist_ok=True)
        for name in names:
            (folder / name).write_bytes((exports / name).read_bytes())
        return lambda: wait_until_taken(folder, names)

    instrument = Instrument(
        name="exports", source="folder", address=str(folder), files=Files(settle_seconds=0.05, give_up_seconds=1.0)
    )
    assert every_kill(kill_at, tmp_path, instrument, send) > 8


def wait_until_taken(folder: Path, names: tuple[str, ...]) -> None:
    """The acknowledgement of a folder: the file is moved."""

    def taken() -> bool:
        time.sleep(0.005)
        return not any((folder / name).exists() for name in names)

    repeat_until(taken)


def test_a_separator_run_goes_on_after_a_kill(home: Path, site: Site) -> None:
    """A separator does not repeat itself: what it printed before the kill and after it is one run."""
    lines = list(SeparatorRun(minutes=60).lines())
    with SerialCable() as cable:
        instrument = Instrument(
            name="separator",
            source="port",
            address=cable.device,
            link="lines",
            format="separator_log",
            profile="graftsep",
        )
        for begin, end in ((0, 6), (6, len(lines))):
            child = in_child(lambda: listen(home, instrument, site.profiles))
            try:
                time.sleep(OPENING_SECONDS)
                cable.write(b"".join(lines[begin:end]))
                wait_for_frames(home, end)
            finally:
                os.kill(child, signal.SIGKILL)
                os.waitpid(child, 0)
    (receipt,) = list(queries.dump(site.ready_store(), "receipts"))
    assert receipt["state"] == "loaded"
    assert site.spool.payload(receipt["seq"]) == b"".join(lines)


def listen(home: Path, instrument: Instrument, profiles: Any) -> None:
    with Spool(home / "spool", low_water=0) as spool:
        source_of(instrument, spool, profiles, Worklist(home / "worklist.jsonl")).run(threading.Event())


def wait_for_frames(home: Path, count: int) -> None:
    until = time.monotonic() + 10
    while time.monotonic() < until:
        if (home / "spool").exists() and len(list(SpoolReader(home / "spool").read())) >= count:
            return
        time.sleep(0.02)
    raise AssertionError("the lines did not reach the spool")
