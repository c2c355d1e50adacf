"""The power fails: every state the disk can then be in holds what was acknowledged, and can be gone on with."""

import contextlib
import random
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.spool.frames import Envelope
from pipeline.spool.reader import SpoolReader, verify
from pipeline.spool.spool import Spool
from tests.faults import power_cut


def recorded(folder: Path, monkeypatch: pytest.MonkeyPatch, keep: Callable[..., Envelope]) -> tuple[list, list[str]]:
    """Three runs of one producer, then five producers whose messages share their writes; several segments."""
    everything = []
    with monkeypatch.context() as patch:
        recorder = power_cut.Recorder(folder, patch)

        def produce(spool: Spool, text: str) -> None:
            everything.append(text)
            keep(spool, text)
            recorder.acknowledge(text)

        for run in range(3):
            with Spool(folder, segment_limit=2500) as spool:
                for number in range(3):
                    produce(spool, f"invented {run}-{number} ".ljust(400 + 300 * number, "x"))
        with Spool(folder, segment_limit=9000) as spool:
            for burst in range(3):
                threads = [
                    threading.Thread(target=produce, args=(spool, f"invented {burst}+{number} ".ljust(700, "x")))
                    for number in range(5)
                ]
                spool._take_pen()  # all five queue up behind it
                for thread in threads:
                    thread.start()
                while len(spool._queue) < len(threads):
                    time.sleep(0.001)
                spool._lay_down_pen()
                for thread in threads:
                    thread.join()
    return recorder.log, everything


def lay_out(folder: Path, files: dict[str, bytes]) -> None:
    for path in folder.glob("*"):
        path.unlink()
    for name, content in files.items():
        (folder / name).write_bytes(content)


def test_no_power_cut_loses_what_was_acknowledged(
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    keep: Callable[..., Envelope],
    texts: Callable[..., list[str]],
) -> None:
    log, everything = recorded(folder, monkeypatch, keep)
    assert len(everything) == 24
    assert sum(event.call == "write" for event in log) < 24, "some writes carry several messages"
    for call in ("sync_file", "sync_folder"):
        monkeypatch.setattr(f"pipeline.spool.spool.{call}", lambda _: None)
        monkeypatch.setattr(f"pipeline.spool.segments.{call}", lambda _: None)
    after = tmp_path / "after"
    after.mkdir()
    tried = torn = 0
    for files, acknowledged in power_cut.states(log, random.Random(1), mixtures=18):
        lay_out(after, files)
        with Spool(after) as spool:
            found = texts(spool)
            assert set(acknowledged) <= set(found) <= set(everything)
            assert len(found) == len(set(found))
            last = spool.last
            assert keep(spool, "invented, after").seq > last
            assert texts(spool) == [*found, "invented, after"]
        damages = verify(after)
        assert {damage.kind for damage in damages} <= {"torn", "doubtful"}, "a power cut is not taken for corruption"
        torn += bool(damages)
        tried += 1
    assert tried >= 2000
    assert torn >= 200, "the states are harsh enough to tell"


def test_the_simulator_finds_a_spool_that_does_not_sync(
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    keep: Callable[..., Envelope],
    texts: Callable[..., list[str]],
    unsynced: None,
) -> None:
    """The test above would fail if the acknowledgement went out before the sync."""
    log, _ = recorded(folder, monkeypatch, keep)
    after = tmp_path / "after"
    after.mkdir()
    lost = 0
    for files, acknowledged in power_cut.states(log, random.Random(1), mixtures=0):
        lay_out(after, files)
        with contextlib.suppress(OSError):
            lost += not set(acknowledged) <= set(texts(SpoolReader(after)))
    assert lost > 20


def test_what_recovery_reads_is_synced_before_it_counts(five: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A killed process may have left frames in the system's memory alone, which a power cut would take."""
    (segment,) = five.glob("*.seg")
    recorder = power_cut.Recorder(five, monkeypatch)
    with Spool(five):
        assert [(event.call, event.name) for event in recorder.log] == [("sync", segment.name), ("sync", ".")]
