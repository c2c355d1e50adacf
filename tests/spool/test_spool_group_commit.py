"""Many producers share a sync; each returns only when its own message is on the disk."""

import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from instruments.errors import Refused
from pipeline.spool.frames import Envelope
from pipeline.spool.reader import verify
from pipeline.spool.spool import Spool

PRODUCERS, EACH = 8, 20


def together(work: Callable[[int], None]) -> None:
    threads = [threading.Thread(target=work, args=(number,)) for number in range(PRODUCERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@pytest.mark.skipif(not hasattr(os, "fdatasync"), reason="syncs are counted where they are made by fdatasync")
def test_many_producers_share_syncs(
    folder: Path, keep: Callable[..., Envelope], texts: Callable[..., list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    syncs: list[int] = []
    kept: dict[int, str] = {}
    sync = os.fdatasync

    def slow_sync(descriptor: int) -> None:
        syncs.append(descriptor)
        time.sleep(0.001)
        sync(descriptor)

    with Spool(folder, segment_limit=8000) as spool:
        monkeypatch.setattr(os, "fdatasync", slow_sync)

        def produce(producer: int) -> None:
            for number in range(EACH):
                text = f"invented {producer}-{number}"
                envelope = keep(spool, text)
                assert envelope.seq <= spool.last
                kept[envelope.seq] = text

        together(produce)
    assert sorted(kept) == list(range(1, PRODUCERS * EACH + 1))
    assert texts(folder) == [kept[seq] for seq in sorted(kept)]
    assert verify(folder) == []
    assert len(syncs) < PRODUCERS * EACH / 2


def test_a_failed_sync_refuses_everything_that_was_in_it(
    folder: Path, keep: Callable[..., Envelope], texts: Callable[..., list[str]], failing: Callable[..., None]
) -> None:
    acknowledged, refused = [], []
    with Spool(folder) as spool:
        failing("sync", 5, 5)

        def produce(producer: int) -> None:
            for number in range(EACH):
                try:
                    acknowledged.append((keep(spool, f"invented {producer}-{number}").seq, producer, number))
                except Refused:
                    refused.append(producer)

        together(produce)
    assert refused
    assert len(acknowledged) + len(refused) == PRODUCERS * EACH
    assert texts(folder) == [f"invented {producer}-{number}" for _, producer, number in sorted(acknowledged)]


def test_a_reader_waits_for_producers_and_misses_nothing(folder: Path, keep: Callable[..., Envelope]) -> None:
    seen: list[int] = []
    with Spool(folder, segment_limit=3000) as spool:

        def follow() -> None:
            while len(seen) < PRODUCERS * EACH and spool.wait(seen[-1] if seen else 0, timeout=20):
                seen.extend(envelope.seq for envelope, _ in spool.read(seen[-1] if seen else 0))

        reader = threading.Thread(target=follow)
        reader.start()
        together(lambda producer: [keep(spool, f"invented {producer}-{number}") for number in range(EACH)] and None)
        reader.join()
    assert seen == list(range(1, PRODUCERS * EACH + 1))
