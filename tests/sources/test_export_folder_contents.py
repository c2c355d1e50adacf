"""What lies in an export folder and is no report: folders, links, pipes, strange names. Every file here is invented."""

import os
import sys
import threading

import pytest

from instruments.simulated.export_folder import write_in_place
from instruments.sources import folder as folder_module
from instruments.sources.folder import Folder, FolderSettings

PAYLOAD = b"<hml>INVENTED</hml>\n"
posix = pytest.mark.skipif(sys.platform == "win32", reason="the file system of Windows has none of these")


def test_a_data_folder_that_lies_in_an_export_folder_is_left_alone(exports, intake, source, scan):
    spool = exports / "deep" / "site" / "spool"
    spool.mkdir(parents=True)
    write_in_place(spool, "00000001.seg", b"a segment")
    store = write_in_place(spool.parent, "store.duckdb", b"a store")
    write_in_place(exports / "deep", "donor.hml", PAYLOAD)
    for _ in range(3):
        scan(3)
    assert intake.names == ["deep/donor.hml"]
    assert store.read_bytes() == b"a store"
    assert source.status.detail == "1 data folders of Graftline lie in it and are left alone"


def test_an_export_folder_that_is_a_data_folder_is_down(exports, intake, source, scan):
    (exports / "spool").mkdir()
    write_in_place(exports / "spool", "00000001.seg", b"a segment")
    scan(), scan(3)
    assert intake.messages == []
    assert (source.status.state, source.status.detail) == (
        "down",
        "the folder cannot be read: it is a data folder of Graftline, and never an export folder",
    )


def test_a_folder_called_spool_without_segments_is_looked_into(exports, intake, scan):
    (exports / "spool").mkdir()
    write_in_place(exports / "spool", "donor.hml", PAYLOAD)
    scan(), scan(3)
    assert intake.names == ["spool/donor.hml"]


@posix
def test_links_and_pipes_are_left_alone(exports, intake, source, scan, tmp_path):
    canary = write_in_place(tmp_path, "canary.txt", b"not to be read")
    (exports / "link.hml").symlink_to(canary)
    (exports / "folder").symlink_to(tmp_path, target_is_directory=True)
    (exports / "dangling.hml").symlink_to("nowhere")
    os.mkfifo(exports / "pipe.hml")
    write_in_place(exports, "donor.hml", PAYLOAD)
    for _ in range(3):
        scan(3)
    assert intake.whole == [PAYLOAD]
    assert source.status.detail == "4 links, pipes or unreadable folders are left alone"
    assert canary.read_bytes() == b"not to be read"


@posix
@pytest.mark.parametrize("make", [getattr(os, "mkfifo", None), lambda path: path.symlink_to("/etc/hostname")])
def test_a_file_replaced_by_a_pipe_or_link_after_it_was_seen_is_not_read(exports, intake, source, clock, make):
    path = write_in_place(exports, "donor.hml", PAYLOAD)
    source.scan(threading.Event())
    seen = next(iter(source._sightings._seen.values())).print
    path.unlink()
    make(path)
    with pytest.raises((folder_module.Changed, OSError)):
        folder_module.read_unchanged(path, seen)


@posix
@pytest.mark.parametrize(
    ("name", "printed"),
    [
        (b"umlaut-\xfc.csv", "umlaut-\\xfc.csv"),
        (b"two\nlines.csv", "two\\nlines.csv"),
        ("grün.csv".encode(), "grün.csv"),
        ("\u202egnp.csv".encode(), "\\u202egnp.csv"),
        (b"*?[a].csv", "*?[a].csv"),
        (b"-rf.csv", "-rf.csv"),
        (b"'; drop table.csv", "'; drop table.csv"),
        (b"tab\there\x1b[2J.csv", "tab\\there\\x1b[2J.csv"),
        (b"n" * 251 + b".csv", "n" * 251 + ".csv"),
    ],
)
def test_hostile_names_are_read_and_printed_on_one_line(exports, intake, scan, name, printed):
    path = write_in_place(exports, os.fsdecode(name), PAYLOAD)
    scan(), scan(3)
    assert intake.messages == [(printed, PAYLOAD, True, "")]
    assert not path.exists()


def test_a_file_over_the_limit_stays_and_is_named_as_too_large(exports, intake, clock):
    source = Folder("hml", exports, intake, settings=FolderSettings(largest=10), clock=clock)
    write_in_place(exports, "donor.hml", PAYLOAD)
    for _ in range(2):
        source.scan(threading.Event())
        clock.now += 3
    assert intake.messages == []
    assert source.status.detail == "a file cannot be read: it is larger than 10 bytes"
