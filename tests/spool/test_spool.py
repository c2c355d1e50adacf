"""What is appended is read back: the same, once, in order, by any process, from any number on."""

import os
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from instruments.errors import Refused
from pipeline.errors import Unavailable
from pipeline.spool import scan
from pipeline.spool.frames import Envelope, Kind
from pipeline.spool.reader import SpoolReader, verify
from pipeline.spool.spool import Spool, receipt_id

arrivals = st.fixed_dictionaries(
    {
        "kind": st.sampled_from([Kind.MESSAGE, Kind.PART, Kind.DECISION]),
        "source": st.text(max_size=8),
        "payload": st.binary(max_size=400),
    },
    optional={
        "name": st.text(max_size=8),
        "format": st.sampled_from(["", "hml"]),
        "whole": st.booleans(),
        "note": st.text(max_size=8),
        "refers": st.lists(st.integers(1, 9), max_size=3).map(tuple),
    },
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(runs=st.lists(st.lists(arrivals, max_size=6), max_size=4), limit=st.sampled_from([1, 700, 10_000]))
def test_what_is_appended_is_read_back(unsynced: None, runs: list[list[dict[str, Any]]], limit: int) -> None:
    """Over any number of runs of the program and any number of segments; numbers are dense while nothing goes wrong."""
    kept: list[tuple[Envelope, bytes]] = []
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "spool"
        for run in runs:
            with Spool(folder, segment_limit=limit) as spool:
                kept += [(spool.append(**arrival), arrival["payload"]) for arrival in run]
                assert list(spool.read()) == kept
                assert spool.last == len(kept)
        if not runs:
            Spool(folder).close()
        reader = SpoolReader(folder)
        assert list(reader.read()) == kept
        assert [envelope.seq for envelope, _ in kept] == list(range(1, len(kept) + 1))
        assert all(list(reader.read(after)) == kept[after:] for after in range(len(kept) + 2))
        assert [(reader.envelope(seq), reader.payload(seq)) for seq in range(1, len(kept) + 1)] == kept
        assert verify(folder) == []


def test_an_envelope_says_what_was_appended(folder: Path, clock: Callable[[], tuple[int, int]]) -> None:
    with Spool(folder, clock=clock) as spool:
        envelope = spool.append(Kind.MESSAGE, "xn-1", b"INVENTED", name="a.txt", format="hml", whole=False, note="cut")
    assert receipt_id(envelope) == "R1-53d799"
    assert envelope == Envelope(
        seq=1,
        kind=Kind.MESSAGE,
        source="xn-1",
        sha256=bytes.fromhex("53d79970d30510fe5001b4ad20daa7092da70d81e831f1d67c2ca385304813f5"),
        size=8,
        wall_ns=1_767_225_602_000_000_000,
        mono_ns=2,
        name="a.txt",
        format="hml",
        whole=False,
        note="cut",
    )


def test_a_name_that_is_not_unicode_is_kept_readable(folder: Path) -> None:
    with Spool(folder) as spool:
        envelope = spool.append(Kind.MESSAGE, "folder", b"", name="\udce9t\u00e9.hml")
        assert envelope.name == "\\udce9t\u00e9.hml"
        assert spool.envelope(1) == envelope


def test_segments_are_limited(folder: Path, keep: Callable[..., Envelope]) -> None:
    with Spool(folder, segment_limit=2000) as spool:
        for number in range(40):
            keep(spool, f"invented {number}")
    sizes = [path.stat().st_size for path in folder.glob("*.seg")]
    assert len(sizes) > 3
    assert max(sizes) < 2200
    assert min(folder.glob("*.seg")).name == "00000000000000000001.seg"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no file modes")
def test_files_are_the_owners_alone(five: Path) -> None:
    assert {stat.S_IMODE(path.stat().st_mode) for path in five.iterdir()} == {0o600}
    assert stat.S_IMODE(five.stat().st_mode) == 0o700


def test_a_new_spool_is_on_the_disk_with_its_folders_name(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[Path] = []
    for place in ("pipeline.spool.spool", "pipeline.spool.segments"):
        monkeypatch.setattr(f"{place}.sync_folder", synced.append)
    Spool(folder).close()
    assert synced == [folder, folder.parent]


def test_a_segment_whose_making_was_interrupted_is_cleared_away(five: Path) -> None:
    unfinished = five / f"{9:020d}.new"
    unfinished.touch()
    Spool(five).close()
    assert not unfinished.exists()


def test_the_spool_keeps_its_id(five: Path) -> None:
    made = SpoolReader(five).spool_id
    assert len(bytes.fromhex(made)) == 8
    with Spool(five, segment_limit=1) as spool:
        spool.append(Kind.MESSAGE, "invented", b"")
        assert spool.spool_id == made


def test_a_second_process_is_told_who_has_the_spool(five: Path) -> None:
    attempt = "import sys, pathlib; from pipeline.spool.spool import Spool; Spool(pathlib.Path(sys.argv[1]))"
    with Spool(five):
        second = subprocess.run([sys.executable, "-c", attempt, five], capture_output=True, text=True, check=False)
        assert second.returncode == 1
        assert f"is in use by process {os.getpid()};" in second.stderr
        with pytest.raises(Unavailable, match=f"process {os.getpid()};"):
            Spool(five)
    with Spool(five) as spool:
        assert spool.last == 5


def test_a_reader_needs_no_lock(five: Path, keep: Callable[..., Envelope], texts: Callable[..., list[str]]) -> None:
    with Spool(five) as spool:
        keep(spool, "invented message 6")
        assert texts(five) == texts(spool)
        assert len(texts(five)) == 6


def test_a_reader_that_follows_reads_every_frame_once(
    folder: Path, keep: Callable[..., Envelope], monkeypatch: pytest.MonkeyPatch, unsynced: None
) -> None:
    read = []
    original = scan.decode_body
    monkeypatch.setattr(scan, "decode_body", lambda body, header: read.append(1) or original(body, header))
    with Spool(folder) as spool:
        after = 0
        for number in range(100):
            keep(spool, f"invented {number}")
            for envelope, _ in spool.read(after):
                after = envelope.seq
    assert after == 100
    assert len(read) == 1 + 100, "the segment's own header, and each frame"


def test_batches_from_an_old_segment_do_not_read_it_again_and_again(
    folder: Path, keep: Callable[..., Envelope], monkeypatch: pytest.MonkeyPatch, unsynced: None
) -> None:
    read = []
    with Spool(folder) as spool:
        for number in range(100):
            keep(spool, f"invented {number}")
    original = scan.decode_body
    monkeypatch.setattr(scan, "decode_body", lambda body, header: read.append(1) or original(body, header))
    reader = SpoolReader(folder)
    for after in range(100):
        assert next(reader.read(after))[0].seq == after + 1
    assert len(read) < 310


def test_reading_goes_on_while_segments_are_added(folder: Path, keep: Callable[..., Envelope]) -> None:
    with Spool(folder, segment_limit=600) as spool:
        keep(spool, "invented 1")
        reading = spool.read()
        seen = [next(reading)[0].seq]
        for number in range(2, 6):
            keep(spool, f"invented {number}")
        seen += [envelope.seq for envelope, _ in reading]
        seen += [envelope.seq for envelope, _ in spool.read(after=seen[-1])]
        assert len(spool.segments) > 1
        assert spool.segments[0].offsets is not None
        assert len(spool.segments[0].offsets) > 1, "the first segment grew while it was read"
    assert seen == [1, 2, 3, 4, 5]


def test_a_number_that_is_not_there_is_said_so(five: Path) -> None:
    reader = SpoolReader(five)
    for seq in (0, 6, 99):
        with pytest.raises(KeyError, match=f"no readable frame {seq};"):
            reader.payload(seq)


def test_waiting_ends_with_a_frame_or_with_the_time(five: Path) -> None:
    with Spool(five) as spool:
        assert spool.wait(after=4, timeout=0)
        assert not spool.wait(after=5, timeout=0)
    assert not spool.wait(after=5, timeout=60), "closing wakes those who wait"


def test_a_closed_spool_refuses(five: Path) -> None:
    spool = Spool(five)
    spool.close()
    with pytest.raises(Refused, match="it is closed"):
        spool.append(Kind.MESSAGE, "invented", b"")


def test_a_folder_that_cannot_be_written_is_said_so(five: Path, failing: Callable[..., None]) -> None:
    failing("fsync", 1, 5)
    with pytest.raises(Unavailable, match="cannot be written: Input/output error"):
        Spool(five)
    with Spool(five) as spool:
        assert spool.last == 5
