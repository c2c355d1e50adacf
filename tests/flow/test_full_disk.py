"""A disk that fills up while an analyser sends, and has room again, without a restart. Everything here is invented."""

import errno
import os
import subprocess
import sys
import threading
from contextlib import contextmanager

import duckdb
import pytest

from instruments.links.astm import AstmLink
from instruments.links.astm_table import AstmSettings
from instruments.simulated.analyser import harvest_counts, records
from instruments.simulated.astm_sender import AstmSender, NotDelivered
from instruments.simulated.wire import SocketWire
from instruments.sources.listener import InstrumentListener
from pipeline.intake import SpoolIntake
from pipeline.service import Service
from pipeline.spool.frames import Kind
from pipeline.spool.reader import SpoolReader, verify
from pipeline.spool.spool import LEAST_FREE, Spool
from tests.flow.conftest import wait_for

MESSAGE = records(specimen="A999924000123", counts=harvest_counts(1), measured="20261120132600")
ONE_SESSION = AstmSettings(sessions=1)
MEGABYTE = 1024 * 1024


@contextmanager
def intake_on(folder):
    """An ASTM port whose messages go to a spool in this folder: what connects to it, and the source."""
    stop = threading.Event()
    with Spool(folder) as spool:
        listener = InstrumentListener("analyser", "127.0.0.1:0", AstmLink(), SpoolIntake(spool, "analyser"))
        listener.open()
        thread = threading.Thread(target=listener.run, args=(stop,))
        thread.start()
        try:
            with SocketWire(f"127.0.0.1:{listener.port}") as wire:
                yield wire, listener
        finally:
            stop.set()
            thread.join()


def send(wire):
    AstmSender(wire, settings=ONE_SESSION).send(MESSAGE)


def kept(folder):
    return [(payload, each.whole) for each, payload in SpoolReader(folder).read() if each.kind is Kind.MESSAGE]


def check_full_then_free(folder, wire, listener, free):
    """While it is full every try is refused; the first try with room again is accepted: nobody has to wait."""
    for _ in range(2):
        with pytest.raises(NotDelivered, match=r"refused a frame|busy"):
            send(wire)
    refusals = listener.status.refusals
    assert refusals >= 6
    assert "free" in listener.status.detail or "could not be written" in listener.status.detail
    free()
    send(wire)
    assert listener.status.refusals == refusals
    assert [payload for payload, whole in kept(folder) if whole] == [MESSAGE]


@pytest.mark.parametrize("frames_before", [0, 1, 4])
def test_a_disk_that_takes_no_more_bytes_is_answered_with_nak_until_it_does(tmp_path, monkeypatch, frames_before):
    folder = tmp_path / "spool"
    real, left = os.write, [10**6]

    def write(descriptor, chunk):
        left[0] -= 1
        if left[0] < 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return real(descriptor, chunk)

    def free():
        left[0] = 10**6

    with intake_on(folder) as (wire, listener):
        monkeypatch.setattr(os, "write", write)
        left[0] = frames_before
        check_full_then_free(folder, wire, listener, free)
    assert verify(folder) == []


@pytest.fixture
def small_disk(tmp_path):
    """A real file system with a little more room than must be left."""
    place = tmp_path / "disk"
    place.mkdir()
    size = LEAST_FREE // MEGABYTE + 16
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}m", "tmpfs", str(place)]
    if sys.platform != "linux" or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("mounting a small disk needs Linux and its administrator")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def test_a_disk_that_somebody_else_fills_is_refused_in_time_and_goes_on_by_itself(small_disk):
    ballast = small_disk / "ballast"
    with intake_on(small_disk / "spool") as (wire, listener):
        ballast.write_bytes(bytes(17 * MEGABYTE))
        check_full_then_free(small_disk / "spool", wire, listener, ballast.unlink)


@contextmanager
def no_file_longer_than(size):
    """As on a disk that is full: DuckDB can write its log, and its checkpoint finds no room."""
    resource = pytest.importorskip("resource", reason="limits are set otherwise there")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_store_that_found_no_room_for_a_checkpoint_is_opened_again_when_there_is_some(site, exports):
    """DuckDB gives such a store up for good; what arrives meanwhile is in the spool, and nobody restarts anything."""
    site.spool.append_messages("laboratory", [("first.hml", (exports / "donor-01.hml").read_bytes())])
    site.ready_store()
    connection = site.store._connection
    connection.execute("create table invented (number bigint, value double); checkpoint")
    with no_file_longer_than(site.home.store.stat().st_size), pytest.raises(duckdb.FatalException):
        connection.execute("insert into invented select range, random() from range(90000); checkpoint")
    assert not site.store.alive
    service = Service(site)
    service.start()
    try:
        site.spool.append_messages("laboratory", [("second.hml", (exports / "donor-02.hml").read_bytes())])
        wait_for(lambda: "store" in vars(site) and site.store.alive and site.store.last_seq == 2)
        wait_for(lambda: service.headlines()["loader"] == "up")
        assert len(list(site.store.rows("select receipt from receipt"))) == 2
    finally:
        service.stop()
