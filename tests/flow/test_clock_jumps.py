"""The wall clock set back and forth by a day while messages come in. Everything here is invented."""

import itertools
import threading
import time
from contextlib import contextmanager

import pytest

from instruments.links.astm import AstmLink
from instruments.links.astm_frame import by_record, write_frame
from instruments.links.astm_table import AstmSettings
from instruments.simulated.analyser import harvest_counts, records
from instruments.simulated.astm_sender import SHORT_TIMERS, AstmSender
from instruments.simulated.export_folder import write_then_rename
from instruments.simulated.wire import SocketWire
from instruments.sources.folder import Folder, FolderSettings
from instruments.sources.listener import InstrumentListener
from pipeline.intake import SpoolIntake
from pipeline.site import open_site
from pipeline.store import queries

DAY = 86_400


@pytest.fixture
def jumping(monkeypatch):
    """Every look at the wall clock finds it a day ahead, then a day behind."""
    offsets = itertools.cycle([0, DAY, -DAY])
    wall, wall_ns = time.time, time.time_ns
    monkeypatch.setattr("time.time", lambda: wall() + next(offsets))
    monkeypatch.setattr("time.time_ns", lambda: wall_ns() + next(offsets) * 10**9)


@pytest.fixture
def site(home):
    with open_site(home, None) as site:
        yield site


@contextmanager
def at_work(source):
    stop = threading.Event()
    thread = threading.Thread(target=source.run, args=(stop,))
    thread.start()
    try:
        yield source
    finally:
        stop.set()
        thread.join()


@contextmanager
def listening(site, link):
    listener = InstrumentListener("analyser", "127.0.0.1:0", link, SpoolIntake(site.spool, "analyser", "astm_records"))
    listener.open()
    with at_work(listener), SocketWire(f"127.0.0.1:{listener.port}") as wire:
        yield wire


def message(number):
    return records(specimen=f"INVENTED-{number}", counts=harvest_counts(number)[:1], measured="20261120101500")


def kept(site):
    return [(envelope, payload) for envelope, payload in site.spool.read() if envelope.kind.name == "MESSAGE"]


@pytest.mark.usefixtures("jumping")
def test_messages_stand_in_the_order_of_their_arrival_in_spool_and_store(site):
    sent = [message(number) for number in range(6)]
    with listening(site, AstmLink()) as wire:
        for each in sent:
            AstmSender(wire, settings=SHORT_TIMERS).send(each)
    assert [payload for _, payload in kept(site)] == sent
    walls = [envelope.wall_ns for envelope, _ in kept(site)]
    assert walls != sorted(walls), "the clock did jump"
    monotonic = [envelope.mono_ns for envelope, _ in kept(site)]
    assert monotonic == sorted(monotonic)
    rows = list(queries.dump(site.ready_store(), "receipts"))
    assert [row["seq"] for row in rows] == [envelope.seq for envelope, _ in kept(site)]
    assert {row["state"] for row in rows} == {"loaded"}
    assert [row["received"] for row in rows] != sorted(row["received"] for row in rows), "and is told as it was"


@pytest.mark.usefixtures("jumping")
def test_a_session_is_neither_ended_early_nor_kept_for_ever(site, eventually):
    frames = [write_frame(each) for each in by_record(message(1))]
    with listening(site, AstmLink(settings=AstmSettings(frame=1.5))) as wire:
        for each in (b"\x05", *frames):
            wire.write(each)
            assert wire.read(5) == b"\x06"
            time.sleep(0.05)  # half the clock's jumps lie ahead of any deadline
        assert [payload for _, payload in kept(site)] == [message(1)]
        wire.write(b"\x04\x05")
        assert wire.read(5) == b"\x06"
        wire.write(frames[0])
        assert wire.read(5) == b"\x06"
        eventually(lambda: len(kept(site)) == 2)
    assert kept(site)[1][0].whole is False


@pytest.mark.usefixtures("jumping")
def test_files_are_taken_once_and_in_the_order_in_which_they_came(site, tmp_path, eventually):
    exports = tmp_path / "exports"
    exports.mkdir()
    settings = FolderSettings(settle=0.1, interval=0.05)
    with at_work(Folder("exports", exports, SpoolIntake(site.spool, "exports"), settings=settings)) as folder:
        for number in range(5):
            write_then_rename(exports, f"run-{number}.csv", b"invented %d" % number)
            eventually(lambda number=number: folder.status.messages == number + 1)
        folder.scan(threading.Event())
    assert [payload for _, payload in kept(site)] == [b"invented %d" % number for number in range(5)]
