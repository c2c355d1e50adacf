"""The loader reads one batch while the one before is written: in order, all of it, and nothing behind a failure."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from pipeline.errors import Unavailable
from pipeline.loader import Loader
from pipeline.site import Site
from pipeline.store.entry import Entry, ReceiptState
from pipeline.store.outbox import Settled
from pipeline.store.queries import dump
from pipeline.store.writer import Writer


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


def test_behind_a_batch_that_could_not_be_written_nothing_is_loaded(
    site: Site, exports: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    count = keep(site, exports)
    write, calls = Writer.load, []

    def fail_once(self: Writer, entries: Sequence[Entry], upto: int, settled: Sequence[Settled]) -> list[ReceiptState]:
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
