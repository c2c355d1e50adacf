"""Export folders over stops of the service: nothing is forgotten, and nothing taken twice. Everything is invented."""

import os
import shutil
import sys
import threading

import pytest

from instruments.sources.claims import Claim
from instruments.sources.folder import Folder, FolderSettings
from instruments.sources.sightings import Print
from pipeline import taken_files
from pipeline.intake import SpoolIntake
from pipeline.service import Service
from pipeline.site import open_site
from pipeline.store import queries
from pipeline.taken_files import TakenFiles

HEAD = "sample,glstring\n"
FIRST, SECOND = "S1,HLA-A*01:01+HLA-A*02:01\n", "S2,HLA-A*01:01+HLA-A*03:01\n"
WINNERS = "HLA-A\thla_a_01_01_01_01\thla_a_02_01_01_01\nHLA-B\thla_b_07_02_01\thla_b_08_01_01\n"
WINNERS += "HLA-C\thla_c_07_01_01_01\thla_c_07_02_01_01\n"
posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows lets nobody move a file that is open")


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "exports"
    path.mkdir()
    return path


@pytest.fixture
def site_file(tmp_path, folder):
    path = tmp_path / "site.toml"
    path.write_text(
        f"[[instrument]]\nname = \"exports\"\nfolder = '{folder}'\n"
        "files = { settle_seconds = 0.1, give_up_seconds = 30 }\n"
    )
    return path


@pytest.fixture
def run(home, site_file, eventually):
    """Runs the service until it is so for the receipts, and some scans more; the receipts then."""

    def until(is_so):
        with open_site(home, site_file) as site:
            service = Service(site)
            service.start()
            eventually(lambda: is_so(receipts(site)))
            threading.Event().wait(0.5)
            found = receipts(site)
            assert service.stop()
        return found

    return until


def receipts(site):
    return list(site.ready_store().rows("select name, state from receipt order by seq"))


def samples(home, site_file):
    with open_site(home, site_file) as site:
        return {row["sample"] for row in queries.dump(site.ready_store(), "typings")}


def shelved(folder):
    shelf = next((folder / "taken").iterdir())
    return sorted(path.relative_to(shelf).as_posix() for path in shelf.rglob("*") if path.is_file())


def test_equal_files_in_the_folders_of_two_samples_are_two_samples_results(home, site_file, folder, run):
    for sample in ("SAMPLE1", "SAMPLE2"):
        (folder / sample).mkdir()
        (folder / sample / "winners.hla.txt").write_text(WINNERS)
    found = run(lambda rows: len(rows) == 2)
    names = ["SAMPLE1/winners.hla.txt", "SAMPLE2/winners.hla.txt"]
    assert [(row["name"], row["state"]) for row in found] == [(name, "loaded") for name in names]
    assert samples(home, site_file) == {"SAMPLE1", "SAMPLE2"}
    assert shelved(folder) == names


@posix
def test_what_was_written_while_the_service_stood_is_read_as_well(home, site_file, folder, run):
    with (folder / "list.csv").open("w", buffering=1) as writer:
        writer.write(HEAD + FIRST)
        run(lambda rows: len(rows) == 1)
        assert shelved(folder) == ["list.csv"]
        writer.write(SECOND)
    assert [row["name"] for row in run(lambda rows: len(rows) == 2)] == ["list.csv", "list.csv"]
    assert samples(home, site_file) == {"S1", "S2"}
    assert shelved(folder) == ["list.csv"]


@posix
def test_what_is_written_after_a_restart_is_read_as_well(home, site_file, folder, run):
    with (folder / "list.csv").open("w", buffering=1) as writer:
        writer.write(HEAD + FIRST)
        for _ in range(2):
            assert len(run(lambda rows: len(rows) == 1)) == 1
        late = threading.Timer(0.7, writer.write, [SECOND])
        late.start()
        run(lambda rows: len(rows) == 2)
        late.join()
    assert samples(home, site_file) == {"S1", "S2"}
    assert shelved(folder) == ["list.csv"]


def test_what_cannot_be_moved_is_not_taken_again_at_the_next_start_unless_it_changes(folder, exports, run):
    (folder / "taken").write_bytes(b"a file where the folder should be")
    shutil.copy(exports / "donor-02.hml", folder / "a.hml")
    before = run(lambda rows: len(rows) == 1)
    shutil.copy(exports / "donor-02-corrected.hml", folder / "b.hml")
    before = run(lambda rows: len(rows) == 2)
    assert {row["state"] for row in before} == {"superseded", "loaded"}
    assert run(lambda rows: len(rows) == 2) == before
    shutil.copy(exports / "donor-03.hml", folder / "a.hml")
    after = run(lambda rows: len(rows) == 3)
    assert [row["name"] for row in after] == ["a.hml", "b.hml", "a.hml"]


def test_what_could_not_be_moved_before_a_restart_is_moved_once_it_can_be(folder, exports, run):
    (folder / "taken").write_bytes(b"a file where the folder should be")
    shutil.copy(exports / "donor-02.hml", folder / "a.hml")
    run(lambda rows: len(rows) == 1)
    (folder / "taken").unlink()
    assert len(run(lambda _: (folder / "taken").is_dir())) == 1
    assert shelved(folder) == ["a.hml"]


def claim(folder, name, stays=False):
    path = folder / name
    return Claim(path, path if stays else folder / "taken" / name, Print(7, 1))


def test_claims_stand_until_they_are_dropped_whatever_their_names_are(tmp_path):
    path = tmp_path / "taken.jsonl"
    strange = claim(tmp_path, os.fsdecode("two\nlines \u00fc.csv".encode("latin-1" if os.name != "nt" else "utf-8")))
    held, plain = claim(tmp_path, "held.csv", stays=True), claim(tmp_path, "plain.csv")
    file = TakenFiles(path)
    file.lay([strange, held, plain])
    file.drop([plain.place])
    assert set(TakenFiles(path).standing()) == {strange, held}
    moved = claim(tmp_path, "held.csv")
    file.lay([moved])
    assert set(TakenFiles(path).standing()) == set(file.standing()) == {strange, moved}
    assert os.name == "nt" or path.stat().st_mode & 0o077 == 0


def test_half_a_line_costs_no_other_claim(tmp_path):
    path = tmp_path / "taken.jsonl"
    first, second = claim(tmp_path, "1.csv"), claim(tmp_path, "2.csv")
    TakenFiles(path).lay([first, second])
    path.write_bytes(path.read_bytes()[:-9])
    file = TakenFiles(path)
    file.lay([second])
    assert set(TakenFiles(path).standing()) == {first, second}


def test_the_file_does_not_grow_with_what_is_over(tmp_path, monkeypatch):
    monkeypatch.setattr(taken_files, "LINES_TO_SPARE", 10)
    file = TakenFiles(tmp_path / "taken.jsonl")
    file.lay([claim(tmp_path, "stands.csv")])
    for number in range(100):
        passing = claim(tmp_path, f"{number}.csv")
        file.lay([passing])
        file.drop([passing.place])
    assert len((tmp_path / "taken.jsonl").read_bytes().splitlines()) <= 15
    assert len(TakenFiles(tmp_path / "taken.jsonl").standing()) == 1


def test_a_disk_that_takes_no_claim_is_told_and_intake_goes_on(folder, tmp_path, monkeypatch, home, site_file):
    file = TakenFiles(tmp_path / "taken.jsonl")

    def full(_descriptor):
        raise OSError(28, "No space left on device")

    with open_site(home, site_file) as site, monkeypatch.context() as patch:
        settings = FolderSettings(settle=0.0)
        source = Folder("exports", folder, SpoolIntake(site.spool, "exports"), settings=settings, claims=file)
        (folder / "list.csv").write_text(HEAD + FIRST)
        patch.setattr(taken_files, "sync_file", full)
        source.scan(threading.Event())
        assert source.status.messages == 1
        assert "would be forgotten if the service stopped: No space left on device" in source.status.detail
        patch.undo()
        (folder / "more.csv").write_text(HEAD + SECOND)
        source.scan(threading.Event())
    assert {each.path.name for each in TakenFiles(tmp_path / "taken.jsonl").standing()} == {"list.csv", "more.csv"}
