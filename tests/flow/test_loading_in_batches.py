"""The loader reads one batch while the one before is written: in order, all of it, and nothing behind a failure."""

import re
from collections.abc import Sequence
from pathlib import Path

import msgspec
import pytest

from pipeline.decisions import DECIDERS, Delivery, Kept, Renormalisation
from pipeline.errors import Unavailable
from pipeline.loader import Frame, Loader, batches
from pipeline.site import Site
from pipeline.spool.frames import Envelope, Kind
from pipeline.store.entry import Entry, ReceiptState
from pipeline.store.queries import content_hash, dump
from pipeline.store.store import Store
from pipeline.store.writer import Writer

RUN = re.compile("<sample .*</sample>", re.DOTALL)


def keep(site: Site, exports: Path) -> int:
    files = sorted(path for path in exports.iterdir() if path.suffix == ".hml")
    site.spool.append_messages("exports", [(path.name, path.read_bytes()) for path in files])
    return len(files)


def loaded(site: Site) -> list[str]:
    return [row["receipt"] for row in dump(site.store, "receipts")]


@pytest.mark.parametrize("most", [1, 2, 1000])
def test_the_size_of_the_batches_makes_no_difference(site: Site, exports: Path, most: int) -> None:
    count = keep(site, exports)
    assert Loader(site.spool, site.store, site.bench_of, "", most).catch_up() == count
    assert [row["seq"] for row in dump(site.store, "receipts")] == list(range(1, count + 1))
    assert site.store.last_seq == site.spool.last


def frame(seq: int, payload: bytes = b"", kind: Kind = Kind.MESSAGE, source: str = "analyser") -> Frame:
    return Envelope(seq=seq, kind=kind, source=source, sha256=b"", size=0, wall_ns=0, mono_ns=0), payload


def sizes(frames: list[Frame], most: int = 500) -> list[int]:
    groups = list(batches(frames, most, lambda: len(frames)))
    assert [each for group in groups for each in group] == frames
    return [len(group) for group in groups]


def test_batches_become_smaller_towards_the_end() -> None:
    assert sizes([frame(seq) for seq in range(1, 2001)]) == [500, 500, 500, 250, 125, 100, 25]
    assert sizes([frame(seq) for seq in range(1, 2001)], most=1000) == [1000, 500, 250, 125, 100, 25]
    assert sizes([frame(seq) for seq in range(1, 121)], most=50) == [50, 50, 20]
    assert sizes([frame(1)]) == [1]
    assert sizes([]) == []


def test_a_decision_about_all_that_is_there_is_a_batch_of_its_own() -> None:
    for decision in (Renormalisation("0.2.0", "0.1.0"), Kept(1)):
        decided = frame(3, msgspec.json.encode(decision), Kind.DECISION, DECIDERS[type(decision)])
        assert sizes([frame(1), frame(2), decided, frame(4)]) == [2, 1, 1]


def test_large_messages_make_small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.loader.BATCH_BYTES", 1000)
    assert sizes([frame(seq, b"x" * 600) for seq in range(1, 6)]) == [2, 2, 1]


def test_a_run_that_is_loaded_bit_by_bit_says_the_same(
    site: Site, exports: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = [(exports / f"donor-0{number}.hml").read_text() for number in (1, 2, 3)]
    samples = [found[0] for found in map(RUN.search, files) if found]
    run = "<hml xmlns='http://schemas.nmdp.org/spec/hml/1.0.1' version='1.0.1'>" + "".join(samples)
    site.spool.append_messages("laboratory", [("run.hml", f"{run}</hml>".encode())])
    hashes = set()
    for number, at_once in enumerate((2000, 2, 1)):
        monkeypatch.setattr("pipeline.process.KEPT_REPORTS", at_once)
        monkeypatch.setattr("pipeline.store.writer.AT_ONCE", at_once)
        with Store(tmp_path / f"{number}.duckdb") as store:
            Loader(site.spool, store, site.bench_of, "0.1.0").catch_up()
            assert len(list(dump(store, "reports"))) == len(samples) == 3
            hashes.add(content_hash(store))
    assert len(hashes) == 1


def test_behind_a_batch_that_could_not_be_written_nothing_is_loaded(
    site: Site, exports: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    count = keep(site, exports)
    write, calls = Writer.load, []

    def fail_once(self: Writer, entries: Sequence[Entry], upto: int, settled: Sequence[Delivery]) -> list[ReceiptState]:
        calls.append(upto)
        if len(calls) == 2:
            raise Unavailable("the disk is full")
        return write(self, entries, upto, settled)

    monkeypatch.setattr(Writer, "load", fail_once)
    loader = Loader(site.spool, site.store, site.bench_of, "", 2)
    with pytest.raises(Unavailable, match="the disk is full"):
        loader.catch_up()
    assert calls == [2, 4]
    assert (len(loaded(site)), site.store.last_seq) == (2, 2)
    assert loader.catch_up() == count - 2
    assert len(loaded(site)) == count
