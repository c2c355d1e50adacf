"""A disk that fails or is full: no acknowledgement, no retry where it failed, and on it goes as soon as it can."""

import errno
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from instruments.errors import Refused
from pipeline.errors import Unavailable
from pipeline.spool.frames import Envelope, Kind
from pipeline.spool.reader import verify
from pipeline.spool.spool import LEAST_FREE, Spool


def session(folder: Path, keep: Callable[..., Envelope]) -> tuple[list[str], list[str]]:
    """Eight messages over several segments; those that were acknowledged, and those that were refused."""
    acknowledged, refused = [], []
    with Spool(folder, segment_limit=700) as spool:
        for number in range(8):
            text = f"invented {number}"
            try:
                keep(spool, text)
                acknowledged.append(text)
            except Refused:
                refused.append(text)
    return acknowledged, refused


@pytest.mark.parametrize("cutting_fails", [False, True])
@pytest.mark.parametrize("call", ["sync", "fsync", "write", "open", "replace"])
def test_an_error_at_every_call_refuses_that_message_alone(
    tmp_path: Path,
    call: str,
    cutting_fails: bool,
    failing: Callable[..., None],
    keep: Callable[..., Envelope],
    texts: Callable[..., list[str]],
) -> None:
    """Also when the refused bytes cannot be cut off: the next segment says that they do not count."""
    for k in range(1, 100):
        folder = tmp_path / f"failing-{k}"
        failing(call, k, errno.EIO)
        failing("ftruncate", 1, errno.EIO if cutting_fails else 0, for_ever=True)
        try:
            acknowledged, refused = session(folder, keep)
        except Unavailable:
            continue  # the very first segment could not be made
        failing(call)
        with Spool(folder) as spool:
            found = texts(spool)
        if refused == ["invented 7"] and cutting_fails:
            assert found in (acknowledged, [*acknowledged, *refused]), "nothing came after it to say it does not count"
        else:
            assert found == acknowledged
        assert len(acknowledged) + len(refused) == 8
        assert all(damage.kind == "torn" for damage in verify(folder))
        if not refused:
            return
        assert len(refused) == 1
    raise AssertionError("the error never stopped")


def test_after_a_failed_sync_the_next_append_begins_a_new_segment(
    five: Path, failing: Callable[..., None], keep: Callable[..., Envelope], texts: Callable[..., list[str]]
) -> None:
    (old,) = five.glob("*.seg")
    before = old.read_bytes()
    with Spool(five) as spool:
        failing("sync", 1, errno.EIO)
        with pytest.raises(Refused, match=r"could not be written \(Input/output error\); nothing was acknowledged"):
            keep(spool, "invented, refused")
        assert spool.last == 5
        assert keep(spool, "invented message 6").seq == 7, "the refused message's number is not given out again"
        assert texts(spool)[4:] == ["invented message 5", "invented message 6"]
    assert old.read_bytes() == before
    assert [path.name for path in sorted(five.glob("*.seg"))] == [old.name, f"{7:020d}.seg"]


def test_a_crash_after_a_failed_sync_does_not_bring_the_refused_back(
    five: Path, failing: Callable[..., None], keep: Callable[..., Envelope], texts: Callable[..., list[str]]
) -> None:
    """The system may still show bytes that never reached the disk."""
    spool = Spool(five)
    failing("sync", 1, errno.EIO)
    with pytest.raises(Refused):
        keep(spool, "invented, refused")
    assert texts(five) == [f"invented message {number}" for number in range(1, 6)]
    spool.close()


def test_a_full_disk_refuses_and_goes_on_when_there_is_space(
    five: Path, failing: Callable[..., None], keep: Callable[..., Envelope], texts: Callable[..., list[str]]
) -> None:
    with Spool(five) as spool:
        failing("write", 1, errno.ENOSPC, for_ever=True)
        for _ in range(3):
            with pytest.raises(Refused, match="No space left on device"):
                keep(spool, "invented, refused")
        failing("write")
        keep(spool, "invented message 6")
        assert texts(spool) == texts(five) == [f"invented message {number}" for number in range(1, 7)]
    assert verify(five) == []


def test_a_write_that_stops_in_the_middle_is_refused_whole(
    kill_at: Callable[..., Any], five: Path, texts: Callable[..., list[str]]
) -> None:
    """The system's own limit on a file's size, in a process of its own."""

    def limited(acknowledge: Callable[[str], None]) -> None:
        import resource  # noqa: PLC0415 - POSIX only

        (segment,) = five.glob("*.seg")
        with Spool(five) as spool:
            hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
            resource.setrlimit(resource.RLIMIT_FSIZE, (segment.stat().st_size + 500, hard))
            with pytest.raises(Refused, match="File too large"):
                spool.append(Kind.MESSAGE, "invented", b"x" * 1000)
            resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
            spool.append(Kind.MESSAGE, "invented", b"invented message 6")
            acknowledge("invented message 6")

    assert kill_at(10_000, limited).acknowledged == ["invented message 6"]
    assert texts(five) == [f"invented message {number}" for number in range(1, 7)]
    assert verify(five) == []


def test_the_system_may_take_a_write_in_pieces(
    folder: Path, monkeypatch: pytest.MonkeyPatch, keep: Callable[..., Envelope], texts: Callable[..., list[str]]
) -> None:
    write = os.write
    monkeypatch.setattr(os, "write", lambda descriptor, chunk: write(descriptor, chunk[:7]))
    with Spool(folder) as spool:
        keep(spool, "invented message")
    assert texts(folder) == ["invented message"]


class Usage(NamedTuple):
    free: int


@pytest.mark.parametrize(("setting", "mark"), [(0, LEAST_FREE), (512 * 2**20, 512 * 2**20)])
def test_below_the_low_water_mark_nothing_is_taken(
    five: Path, setting: int, mark: int, monkeypatch: pytest.MonkeyPatch, keep: Callable[..., Envelope]
) -> None:
    with Spool(five, low_water=setting) as spool:
        monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(mark + 3))
        with pytest.raises(Refused, match=rf"{mark + 3} bytes are free for the spool; expected {mark} to be left"):
            keep(spool, "1234")
        assert keep(spool, "123").seq == 6


def test_between_two_looks_at_the_disk_the_spool_counts_for_itself(
    five: Path, monkeypatch: pytest.MonkeyPatch, keep: Callable[..., Envelope]
) -> None:
    """And looks again at once when it has come to refusing."""
    usage = Usage(LEAST_FREE + 3)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    with Spool(five, clock=lambda: (0, 0)) as spool:
        keep(spool, "123")
        with pytest.raises(Refused, match=f"{LEAST_FREE} bytes are free"):
            keep(spool, "1")
        keep(spool, "1")
        usage = Usage(LEAST_FREE + 4)
        with pytest.raises(Refused):
            keep(spool, "123")
        assert keep(spool, "1234").seq == 8


def test_a_payload_too_large_for_a_frame_is_refused(
    five: Path, monkeypatch: pytest.MonkeyPatch, keep: Callable[..., Envelope]
) -> None:
    monkeypatch.setattr("pipeline.spool.spool.MOST_PAYLOAD", 10)
    with Spool(five) as spool, pytest.raises(Refused, match="a message of 11 bytes; expected at most 10"):
        keep(spool, "12345678901")


def test_a_mistake_of_ours_leaves_no_append_hanging(
    five: Path, monkeypatch: pytest.MonkeyPatch, keep: Callable[..., Envelope], texts: Callable[..., list[str]]
) -> None:
    def interrupted(_: int) -> None:
        raise KeyboardInterrupt

    with Spool(five) as spool:
        with monkeypatch.context() as patch:
            patch.setattr("pipeline.spool.spool.sync_file", interrupted)
            with pytest.raises(KeyboardInterrupt):
                keep(spool, "invented, refused")
        keep(spool, "invented message 6")
        assert texts(spool)[4:] == ["invented message 5", "invented message 6"]
