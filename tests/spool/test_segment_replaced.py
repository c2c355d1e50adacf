"""Somebody's hands in the folder of a running spool: what is acknowledged lies where it will be read."""

from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.spool.reader import SpoolReader, verify
from pipeline.spool.spool import Spool


def copied_over(segment: Path) -> None:
    """As a restored backup, or a scanner that writes a file anew."""
    segment.with_suffix(".copy").write_bytes(segment.read_bytes())
    segment.with_suffix(".copy").replace(segment)


def lengthened(segment: Path) -> None:
    """As another program that takes the spool for its own, its lock having been removed."""
    with segment.open("ab") as other:
        other.write(b"another writer's frame")


@pytest.mark.parametrize("done", [copied_over, lengthened])
def test_a_segment_that_is_another_file_is_written_no_more(tmp_path: Path, done: Callable[[Path], None]) -> None:
    with Spool(tmp_path) as spool:
        spool.append_messages("lab", [("before", b"1")])
        done(spool.segments[-1].path)
        spool.append_messages("lab", [("behind", b"2"), ("behind", b"3")])
        assert len(spool.segments) == 2
    assert [payload for _, payload in SpoolReader(tmp_path).read()] == [b"1", b"2", b"3"]
    assert bool(verify(tmp_path)) == (done is lengthened)


def test_a_segment_that_was_removed_is_missed_and_takes_nothing_with_it(tmp_path: Path) -> None:
    with Spool(tmp_path) as spool:
        spool.append_messages("lab", [("before", b"1")])
        spool.segments[-1].path.unlink()
        spool.append_messages("lab", [("behind", b"2")])
    assert [payload for _, payload in SpoolReader(tmp_path).read()] == [b"2"]
    assert verify(tmp_path)
