"""Export folders on a real file system. Every file here is invented."""

import os
import sys
import threading

import pytest

from instruments.simulated.export_folder import grow, grow_slowly, write_in_place, write_then_rename
from instruments.sources import folder as folder_module
from instruments.sources.folder import Folder, FolderSettings
from instruments.sources.sightings import is_unfinished

PAYLOAD = b"<hml>INVENTED</hml>\n"
SETTINGS = FolderSettings(settle=3.0, give_up=300.0)
posix = pytest.mark.skipif(sys.platform == "win32", reason="the file system of Windows has none of these")


def taken(exports):
    return sorted(path.name for path in (exports / "taken").rglob("*") if path.is_file())


@pytest.mark.parametrize("write", [write_then_rename, write_in_place])
def test_a_file_is_taken_when_it_stood_still_and_then_moved(exports, intake, source, scan, write):
    write(exports, "donor.hml", PAYLOAD)
    assert scan() == 1.0
    assert scan(2.9) == pytest.approx(0.1)
    assert intake.messages == []
    scan(0.1)
    assert intake.messages == [("donor.hml", PAYLOAD, True, "")]
    assert taken(exports) == ["donor.hml"]
    assert not (exports / "donor.hml").exists()
    assert (source.status.state, source.status.messages, source.status.bytes_in) == ("up", 1, len(PAYLOAD))


def test_taken_files_are_shelved_by_day(exports, scan):
    write_in_place(exports, "donor.hml", PAYLOAD)
    scan(), scan(3)
    assert [path.name for path in (exports / "taken").iterdir()] == [folder_module.today().isoformat()]


def test_a_file_that_grows_is_not_taken_before_it_stands_still(exports, intake, scan):
    for _ in grow(exports, "donor.hml", PAYLOAD, pieces=7):
        scan(2.5)
        assert intake.messages == []
    scan(2.5), scan(0.5)
    assert intake.whole == [PAYLOAD]


def test_a_stalled_copy_is_waited_for_when_its_end_is_known(exports, intake, clock):
    source = Folder("hml", exports, intake, settings=SETTINGS, clock=clock, complete=lambda raw: raw.endswith(b">\n"))
    pieces = grow(exports, "donor.hml", PAYLOAD, pieces=2)
    next(pieces)
    for _ in range(20):
        clock.now += 10
        source.scan(threading.Event())
    assert intake.messages == []
    next(pieces)
    for _ in range(2):
        source.scan(threading.Event())
        clock.now += 3
    assert intake.whole == [PAYLOAD]


def test_a_file_whose_end_never_comes_is_taken_as_it_is(exports, intake, clock):
    source = Folder("hml", exports, intake, settings=SETTINGS, clock=clock, complete=lambda _raw: False)
    write_in_place(exports, "donor.hml", PAYLOAD[:5])
    for seconds in (0, 3, 296, 1):
        assert intake.messages == []
        clock.now += seconds
        source.scan(threading.Event())
    assert intake.messages == [("donor.hml", PAYLOAD[:5], True, "the file still looked incomplete after 300 seconds")]


def test_a_file_that_changes_while_it_is_read_is_read_again_later(exports, intake, scan, monkeypatch):
    path = write_in_place(exports, "donor.hml", PAYLOAD[:5])
    scan()
    real = os.fdopen

    def growing(descriptor, mode):
        path.write_bytes(PAYLOAD)
        return real(descriptor, mode)

    monkeypatch.setattr(os, "fdopen", growing)
    scan(3)
    assert intake.messages == []
    monkeypatch.undo()
    scan(), scan(3)
    assert intake.whole == [PAYLOAD]


def test_a_file_rewritten_in_the_same_size_while_it_is_read_is_not_taken(exports, intake, scan, monkeypatch):
    path = write_in_place(exports, "donor.hml", b"first")
    scan()
    real = os.fstat

    def rewriting(descriptor):
        status = real(descriptor)
        path.write_bytes(b"after")
        os.utime(path, (1, 1))
        return status

    monkeypatch.setattr(os, "fstat", rewriting)
    scan(3)
    assert intake.messages == []


@pytest.mark.parametrize("name", ["a.tmp", "a.PART", "a.csv.filepart", "a.crdownload", "~a.csv", "~$a.xlsx", ".a.csv"])
def test_files_in_the_making_are_not_taken(exports, intake, scan, name):
    assert is_unfinished(name)
    write_in_place(exports, name, PAYLOAD)
    scan(), scan(1000)
    assert intake.messages == []


def test_an_empty_file_is_waited_for_and_told_when_it_stays_empty(exports, intake, source, scan):
    path = write_in_place(exports, "donor.hml", b"")
    assert scan() == 1.0
    scan(299)
    assert source.status.detail == ""
    scan(1)
    assert source.status.detail == f"1 empty file waits in {exports}: a failed export?"
    write_in_place(exports, "other.hml", b"")
    scan(), scan(300)
    assert source.status.detail == f"2 empty files wait in {exports}: a failed export?"
    assert intake.messages == []
    path.write_bytes(PAYLOAD)
    (exports / "other.hml").unlink()
    scan(), scan(3)
    assert (intake.whole, source.status.detail) == ([PAYLOAD], "")


def test_a_folder_for_every_run_is_looked_into(exports, intake, scan):
    deep = exports / "plate 7" / "well A1"
    deep.mkdir(parents=True)
    write_in_place(deep, "donor.hml", PAYLOAD)
    for _ in range(4):
        scan(3)
    assert intake.names == ["plate 7/well A1/donor.hml"]


def test_what_lies_in_a_folder_of_its_own_keeps_that_folder_in_its_name_and_on_the_shelf(exports, intake, scan):
    for sample in ("SAMPLE1", "SAMPLE2"):
        (exports / sample / "out").mkdir(parents=True)
        write_in_place(exports / sample / "out", "winners.hla.txt", PAYLOAD)
    scan(), scan(3)
    names = ["SAMPLE1/out/winners.hla.txt", "SAMPLE2/out/winners.hla.txt"]
    assert intake.names == names
    shelf = next((exports / "taken").iterdir())
    assert sorted(path.relative_to(shelf).as_posix() for path in shelf.rglob("*.txt")) == names


def test_a_file_whose_folders_cannot_be_made_on_the_shelf_stays_and_is_told(exports, intake, source, scan):
    write_in_place(exports, "run", PAYLOAD)
    scan(), scan(3)
    (exports / "run").mkdir()
    path = write_in_place(exports / "run", "donor.hml", PAYLOAD)
    for _ in range(3):
        scan(3)
    assert intake.names == ["run", "run/donor.hml"]
    assert path.exists()
    assert source.status.detail == "1 files were taken but cannot be moved to exports/taken"


def test_the_same_name_again_overwrites_nothing(exports, intake, scan):
    for number in range(3):
        write_in_place(exports, "results.csv", b"%d" % number)
        scan(), scan(3)
    assert intake.whole == [b"0", b"1", b"2"]
    assert taken(exports) == ["results-2.csv", "results-3.csv", "results.csv"]


def test_the_longest_known_file_comes_first_whatever_its_own_clock_says(exports, intake, scan):
    for name, year in (("b.csv", 0), ("a.csv", 4_000_000_000)):
        os.utime(write_in_place(exports, name, PAYLOAD + name.encode()), (year, year))
        scan(1)
    scan(4)
    assert intake.names == ["b.csv", "a.csv"]


def test_the_work_between_two_scans_is_bounded(exports, intake, scan, monkeypatch):
    monkeypatch.setattr(folder_module, "MOST_AT_ONCE", 10)
    for number in range(25):
        write_in_place(exports, f"{number}.csv", PAYLOAD)
    scan()
    assert [scan(3), len(intake.messages)] == [0.0, 10]
    assert [scan(), len(intake.messages)] == [0.0, 20]
    assert [scan(), len(intake.messages)] == [1.0, 25]


def test_a_refused_file_stays_and_is_tried_again(exports, intake, source, scan):
    for name in ("a.csv", "b.csv"):
        write_in_place(exports, name, PAYLOAD)
    intake.full = True
    scan(), scan(3)
    assert (source.status.refusals, source.status.detail) == (1, "the disk is full")
    assert sorted(path.name for path in exports.iterdir()) == ["a.csv", "b.csv"]
    intake.full = False
    scan()
    assert intake.names == ["a.csv", "b.csv"]
    assert source.status.detail == ""


def test_a_folder_that_vanishes_is_down_and_its_files_settle_again(exports, intake, source, scan):
    write_in_place(exports, "donor.hml", PAYLOAD)
    scan(2)
    away = exports.rename(exports.with_name("away"))
    scan(2)
    assert source.status.state == "down"
    assert source.status.detail.startswith("the folder cannot be read")
    away.rename(exports)
    scan(10)
    assert (source.status.state, intake.messages) == ("up", [])
    scan(3)
    assert intake.whole == [PAYLOAD]


def test_a_share_that_is_no_longer_mounted_is_down_not_empty(exports, source, scan, monkeypatch):
    mounted = True
    monkeypatch.setattr(os.path, "ismount", lambda _path: mounted)
    scan()
    mounted = False
    scan()
    assert (source.status.state, source.status.detail) == (
        "down",
        "the folder cannot be read: the share is no longer mounted here",
    )
    mounted = True
    scan()
    assert source.status.state == "up"


def test_a_file_that_cannot_be_moved_is_taken_once_and_again_when_it_changes(exports, intake, source, scan):
    (exports / "taken").write_bytes(b"a file where the folder should be")
    path = write_in_place(exports, "donor.hml", PAYLOAD)
    for _ in range(4):
        scan(3)
    assert intake.whole == [PAYLOAD]
    assert source.status.detail == "1 files were taken but cannot be moved to exports/taken"
    path.write_bytes(PAYLOAD * 2)
    scan(3), scan(3)
    assert intake.whole == [PAYLOAD, PAYLOAD * 2]


def test_files_that_could_not_be_moved_are_moved_as_soon_as_that_works_and_not_taken_again(
    exports, intake, source, scan
):
    (exports / "taken").write_bytes(b"a file where the folder should be")
    for number in range(3):
        write_in_place(exports, f"{number}.hml", PAYLOAD)
    scan(), scan(3), scan(3)
    assert source.status.detail == "3 files were taken but cannot be moved to exports/taken"
    (exports / "taken").unlink()
    scan(3), scan(3)
    assert (taken(exports), source.status.detail) == (["0.hml", "1.hml", "2.hml"], "")
    assert intake.names == ["0.hml", "1.hml", "2.hml"]


def test_five_hundred_renames_are_taken_exactly_once_while_they_happen(exports, intake, start, eventually):
    start(Folder("hml", exports, intake, settings=FolderSettings(settle=0.1, interval=0.1)))
    for number in range(500):
        write_then_rename(exports, f"{number}.csv", b"%d" % number)
    eventually(lambda: len(intake.messages) >= 500)
    assert sorted(intake.whole) == sorted(b"%d" % number for number in range(500))
    assert sorted(intake.names) == sorted(f"{number}.csv" for number in range(500))
    eventually(lambda: len(taken(exports)) == 500)


@posix
def test_an_event_wakes_a_source_that_scans_rarely(exports, intake, start, eventually):
    source = Folder("hml", exports, intake, settings=FolderSettings(settle=0.05, interval=3600))
    start(source)
    eventually(lambda: source.status.state == "up")
    grow_slowly(exports, os.fsdecode(b"\xfc.hml"), PAYLOAD, pieces=20, pause=0.02)
    eventually(lambda: intake.messages)
    assert intake.whole == [PAYLOAD]


def test_without_events_the_scan_finds_everything(exports, intake, start, eventually, monkeypatch):
    monkeypatch.setattr("instruments.sources.wakeup.start_observer", lambda _folder, _happened: None)
    start(Folder("hml", exports, intake, settings=FolderSettings(settle=0.02, interval=0.02)))
    write_in_place(exports, "donor.hml", PAYLOAD)
    eventually(lambda: intake.whole == [PAYLOAD])


def test_a_folder_that_does_not_exist_yet_is_waited_for(exports, intake, start, eventually):
    exports.rmdir()
    source = Folder("hml", exports, intake, settings=FolderSettings(settle=0.02, interval=0.02))
    start(source)
    eventually(lambda: source.status.state == "down")
    exports.mkdir()
    write_in_place(exports, "donor.hml", PAYLOAD)
    eventually(lambda: intake.whole == [PAYLOAD])


def test_a_burst_is_put_on_disk_in_groups_and_each_file_is_moved_away(exports, intake, source, scan, monkeypatch):
    groups = []
    real = intake.keep_all

    def grouped(payloads, names):
        groups.append(len(payloads))
        real(payloads, names)

    monkeypatch.setattr(intake, "keep_all", grouped)
    monkeypatch.setattr(folder_module, "MOST_TOGETHER", 4)
    monkeypatch.setattr(folder_module, "BYTES_TOGETHER", 150)
    for number, size in enumerate([100, 100, 1, 1, 1, 1, 1]):
        write_in_place(exports, f"run-{number}.csv", bytes([number]) * size)
    scan(), scan(3)
    assert groups == [2, 4, 1]
    assert intake.names == taken(exports) == [f"run-{number}.csv" for number in range(7)]


def test_a_group_that_the_disk_does_not_take_stays_where_it_is(exports, intake, source, scan):
    for number in range(3):
        write_in_place(exports, f"run-{number}.csv", b"%d" % number)
    intake.full = True
    scan(), scan(3)
    assert taken(exports) == []
    assert (source.status.detail, source.status.refusals) == ("the disk is full", 1)
    intake.full = False
    scan()
    assert taken(exports) == intake.names == ["run-0.csv", "run-1.csv", "run-2.csv"]
