"""Where taken files go, on real file systems, two of them where the machine has them. Every file here is invented."""

import errno
import os
import sys
import tempfile
import threading
from datetime import date
from pathlib import Path

import pytest

from instruments.simulated.export_folder import write_in_place
from instruments.sources.folder import Folder, FolderSettings
from instruments.sources.taken import Shelves

DAY = date(2026, 11, 20)
MEMORY = Path("/dev/shm")
posix = pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege on Windows")


@pytest.fixture
def take(exports, intake):
    """Writes a file, scans twice with these settings, and gives the source; nobody goes on writing."""

    def take_with(name="run.csv", payload=b"invented", **settings):
        write_in_place(exports, name, payload)
        source = Folder("exports", exports, intake, settings=FolderSettings(settle=0.0, give_up=0.0, **settings))
        source.scan(threading.Event())
        source.scan(threading.Event())
        return source

    return take_with


def files(place):
    return sorted(str(path.relative_to(place)) for path in place.rglob("*") if path.is_file())


def today(place):
    return next(place.iterdir())


def test_an_archive_beside_the_folder_is_used_in_place_of_taken(exports, intake, take, tmp_path):
    take(taken=tmp_path / "archive")
    assert [path.name for path in today(tmp_path / "archive").iterdir()] == ["run.csv"]
    assert files(exports) == []
    assert intake.whole == [b"invented"]


def test_what_lies_in_an_archive_or_quarantine_within_the_folder_is_not_taken_again(exports, intake, take):
    for inner, name in (("unreadable", b"bad"), ("plates", b"good")):
        (exports / inner).mkdir()
        write_in_place(exports / inner, "run-1.csv", name)
    take(taken=exports / "done", spared=(exports / "unreadable",))
    assert sorted(intake.whole) == [b"good", b"invented"]
    assert len(files(exports / "done")) == 2


@posix
def test_a_link_that_leads_into_the_folder_is_known_as_what_it_is(exports, intake, take, tmp_path):
    (exports / "inner").mkdir()
    (tmp_path / "archive").symlink_to(exports / "inner")
    take(taken=tmp_path / "archive")
    assert intake.whole == [b"invented"]
    assert len(files(exports / "inner")) == 1


def test_files_wait_in_the_folder_while_the_archive_is_out_of_reach(exports, intake, take, tmp_path):
    (tmp_path / "archive").write_bytes(b"a file where the folder should be")
    source = take(taken=tmp_path / "archive")
    assert intake.whole == [b"invented"]
    assert [Path(each).name for each in files(exports / ".taken")] == ["run.csv"]
    assert "taken files wait in .taken" in source.status.detail
    assert source.status.state == "up"
    (tmp_path / "archive").unlink()
    source.scan(threading.Event())
    assert source.status.detail == ""
    assert files(exports) == []
    assert [Path(each).name for each in files(tmp_path / "archive")] == ["run.csv"]


def test_what_waited_when_the_service_stopped_is_carried_over_by_the_next(exports, tmp_path):
    (exports / ".taken" / "2026-11-20").mkdir(parents=True)
    write_in_place(exports / ".taken" / "2026-11-20", "run.csv", b"invented")
    Shelves(exports, tmp_path / "archive").carry_over()
    assert files(tmp_path / "archive") == [str(Path("2026-11-20", "run.csv"))]
    assert files(exports) == []


def test_a_file_waits_for_its_archive_and_lies_there_in_the_folders_it_came_in(exports, take, tmp_path):
    (tmp_path / "archive").write_bytes(b"a file where the folder should be")
    (exports / "SAMPLE1" / "out").mkdir(parents=True)
    write_in_place(exports / "SAMPLE1" / "out", "winners.hla.txt", b"invented")
    source = take(taken=tmp_path / "archive")
    assert len(files(exports / ".taken")) == 2
    (tmp_path / "archive").unlink()
    source.scan(threading.Event())
    assert files(today(tmp_path / "archive")) == [str(Path("SAMPLE1", "out", "winners.hla.txt")), "run.csv"]
    assert list((exports / ".taken").iterdir()) == []


@pytest.fixture
def other_disk(exports, monkeypatch):
    """A folder to which nothing can be moved by renaming: on another file system, or as if on one."""
    if MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and MEMORY.stat().st_dev != exports.stat().st_dev:
        with tempfile.TemporaryDirectory(dir=MEMORY) as place:
            yield Path(place)
        return
    place = exports.parent / "other"
    real = Path.rename

    def rename(path, target):
        if path.is_relative_to(exports) and Path(target).is_relative_to(place):
            raise OSError(errno.EXDEV, "invented: another disk")
        return real(path, target)

    monkeypatch.setattr(Path, "rename", rename)
    yield place


def test_an_archive_on_another_disk_gets_whole_files_with_their_times(exports, take, other_disk):
    path = write_in_place(exports, "old.csv", b"older")
    os.utime(path, (1_000_000_000, 1_000_000_000))
    take(taken=other_disk)
    assert [Path(each).name for each in files(other_disk)] == ["old.csv", "run.csv"]
    assert (today(other_disk) / "old.csv").stat().st_mtime == 1_000_000_000
    assert files(exports) == []


@posix
def test_a_file_is_carried_to_another_disk_when_nobody_can_still_be_writing(exports, intake, other_disk, clock):
    """A writer that has it open would go on in the file that is gone."""
    settings = FolderSettings(settle=3.0, give_up=300.0, taken=other_disk)
    source = Folder("exports", exports, intake, settings=settings, clock=clock)
    with (exports / "run.csv").open("wb", buffering=0) as writer:
        writer.write(b"one\n")
        for pause in (3, 3, 100, 100):
            source.scan(threading.Event())
            clock.now += pause
        writer.write(b"two\n")
        for _ in range(6):
            source.scan(threading.Event())
            clock.now += 40
            assert files(other_disk) == []
    for _ in range(6):
        source.scan(threading.Event())
        clock.now += 40
    assert intake.whole == [b"one\n", b"one\ntwo\n"]
    assert [path.read_bytes() for path in today(other_disk).iterdir()] == [b"one\ntwo\n"]
    assert files(exports) == []


def test_a_file_carried_over_before_a_stop_is_not_doubled_and_none_is_overwritten(exports, other_disk):
    shelves = Shelves(exports, other_disk)
    shelf = other_disk / DAY.isoformat()
    shelf.mkdir(parents=True)
    write_in_place(shelf, "run.csv", b"carried over, and then the service was stopped")
    write_in_place(shelf, "other.csv", b"another file of that name")
    for name, payload in (("run.csv", b"carried over, and then the service was stopped"), ("other.csv", b"invented")):
        shelves.put(write_in_place(exports, name, payload), DAY)
    shelves.carry_over()
    assert sorted(path.name for path in shelf.iterdir()) == ["other-2.csv", "other.csv", "run.csv"]
    assert (shelf / "other-2.csv").read_bytes() == b"invented"
    assert files(exports) == []
