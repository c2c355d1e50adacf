"""Files that are written on or replaced when an export folder has given them up. Every file here is invented."""

import sys

import pytest

from instruments.simulated.export_folder import write_in_place
from instruments.sources.taken import Shelves

PAYLOAD = b"<hml>INVENTED</hml>\n"
posix = pytest.mark.skipif(sys.platform == "win32", reason="the file system of Windows has none of these")


def taken(exports):
    return sorted(path.name for path in (exports / "taken").rglob("*") if path.is_file())


def test_a_file_replaced_before_the_move_is_put_back_and_taken_too(exports, intake, scan, monkeypatch):
    path = write_in_place(exports, "donor.hml", b"first")

    real = Shelves.put

    def replaced(*arguments):
        path.write_bytes(PAYLOAD)
        return real(*arguments)

    scan()
    monkeypatch.setattr(Shelves, "put", replaced)
    scan(3)
    monkeypatch.undo()
    assert path.read_bytes() == PAYLOAD
    scan(), scan(3)
    assert intake.whole == [b"first", PAYLOAD]


@posix
@pytest.mark.parametrize("pause", [1, 10, 150, 290])
def test_a_writer_that_goes_on_after_its_file_was_taken_loses_nothing(exports, intake, source, scan, pause):
    """It had paused at the end of a line, and goes on in the file that was moved."""
    with (exports / "donors.csv").open("wb", buffering=0) as writer:
        writer.write(b"one\n")
        scan(), scan(3)
        scan(pause)
        writer.write(b"two\n")
        for _ in range(8):
            scan(40)
    assert intake.messages == [("donors.csv", b"one\n", True, ""), ("donors.csv", b"one\ntwo\n", True, "")]
    assert taken(exports) == ["donors.csv"]
    assert source.status.detail == ""


@posix
def test_a_file_of_the_same_name_is_taken_before_one_that_was_written_to_late(exports, intake, scan):
    with (exports / "donors.csv").open("wb", buffering=0) as writer:
        writer.write(b"one\n")
        scan(), scan(3)
        writer.write(b"two\n")
        write_in_place(exports, "donors.csv", b"another\n")
        for _ in range(4):
            scan(3)
    assert intake.whole == [b"one\n", b"another\n", b"one\ntwo\n"]
    assert set(intake.names) == {"donors.csv"}


@posix
def test_a_late_write_in_a_folder_that_has_gone_is_taken_where_it_was(exports, intake, scan):
    run = exports / "run 7"
    run.mkdir()
    with (run / "donors.csv").open("wb", buffering=0) as writer:
        writer.write(b"one\n")
        scan(), scan(3)
        run.rmdir()
        writer.write(b"two\n")
        scan(3), scan(), scan(3)
    assert intake.whole == [b"one\n", b"one\ntwo\n"]


def test_what_was_taken_is_watched_for_a_while_only(exports, source, scan):
    for number in range(3):
        write_in_place(exports, f"{number}.csv", PAYLOAD)
    scan(), scan(3)
    (next((exports / "taken").iterdir()) / "1.csv").unlink()
    assert len(source._late_writes.watched) == 3
    scan(3)
    assert len(source._late_writes.watched) == 2
    for _ in range(8):
        scan(40)
    assert source._late_writes.watched == {}


@posix
def test_a_late_write_that_cannot_be_put_back_is_told_and_tried_again(exports, intake, source, scan, monkeypatch):
    with (exports / "donors.csv").open("wb", buffering=0) as writer:
        writer.write(b"one\n")
        scan(), scan(3)
        writer.write(b"two\n")

    def refused(*_):
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as patch:
        patch.setattr("instruments.sources.late_writes.put_back", refused)
        scan(3)
    assert source.status.detail.startswith("a file was written to after it was taken, and cannot be put back: Perm")
    scan(), scan(), scan(3)
    assert (intake.whole, source.status.detail) == ([b"one\n", b"one\ntwo\n"], "")
