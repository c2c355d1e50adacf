"""Files that cannot be read, put where people look for them. Everything here is invented."""

import shutil
import threading

import pytest

from pipeline.intake import SpoolIntake
from pipeline.quarantine_folder import Marks, QuarantineFolder
from pipeline.service import Service
from pipeline.site import open_site

BAD = b"<hml>INVENTED, and cut"
EXPORTS = """
[[instrument]]
name = "exports"
folder = 'exports'
format = "hml"
files = {{ settle_seconds = 0.1, give_up_seconds = 0.2{more} }}
"""


@pytest.fixture
def site_file(tmp_path):
    path = tmp_path / "site.toml"
    path.write_text(EXPORTS.format(more=', quarantine = "../unreadable"'))
    (tmp_path / "exports").mkdir()
    return path


@pytest.fixture
def place(tmp_path):
    return tmp_path / "unreadable"


@pytest.fixture
def arrive(home, site_file):
    """Files that have come in through the spool, and are loaded."""

    def keep(*arrivals):
        with open_site(home, site_file) as site:
            for name, payload in arrivals:
                SpoolIntake(site.spool, "exports", "hml").keep(payload, name=name)
            site.ready_store()

    return keep


def put(home, site_file, place):
    """One look of a fresh process at what is in quarantine."""
    with open_site(home, site_file) as site:
        QuarantineFolder("exports", place, site.spool, site.ready_store, Marks(home / "put_aside.json")).look()


def names(place):
    return sorted(path.name for path in place.iterdir())


def test_the_service_puts_a_file_it_cannot_read_with_its_reason(home, site_file, place, exports, tmp_path, eventually):
    (tmp_path / "exports" / "bad.hml").write_bytes(BAD)
    shutil.copy(exports / "donor-01.hml", tmp_path / "exports" / "good.hml")
    with open_site(home, site_file) as site:
        service = Service(site)
        service.start()
        eventually((place / "bad.hml").exists)
        eventually(lambda: len(list(site.store.rows("select * from receipt"))) == 2)
        assert service.headlines()["quarantine of exports"] == "up"
        assert service.stop()
    assert names(place) == ["bad.hml", "bad.hml.reason.txt"]
    assert (place / "bad.hml").read_bytes() == BAD
    reason = (place / "bad.hml.reason.txt").read_text()
    assert reason.startswith("bad.hml was taken in at 20")
    assert "could not be read:\n\n" in reason
    assert "graftline quarantine resubmit R" in reason


def test_without_the_setting_nothing_is_put_anywhere(home, site_file):
    site_file.write_text(EXPORTS.format(more=""))
    with open_site(home, site_file) as site:
        assert Service(site).couriers == []


def test_a_copy_that_was_dealt_with_does_not_come_back(home, site_file, place, arrive):
    arrive(("bad.hml", BAD))
    put(home, site_file, place)
    shutil.rmtree(place)
    put(home, site_file, place)
    assert not place.exists()
    arrive(("worse.hml", BAD + b" again"))
    put(home, site_file, place)
    assert names(place) == ["worse.hml", "worse.hml.reason.txt"]


def test_files_of_one_name_lie_beside_each_other(home, site_file, place, arrive):
    arrive(("bad.hml", BAD), ("bad.hml", BAD + b" otherwise"))
    put(home, site_file, place)
    assert names(place) == ["bad-2.hml", "bad-2.hml.reason.txt", "bad.hml", "bad.hml.reason.txt"]
    assert (place / "bad-2.hml").read_bytes() == BAD + b" otherwise"


@pytest.mark.parametrize(
    "name", ["../../escaped.hml", "..\\escaped.hml", "..", "C:escaped.hml", "x" * 300 + ".hml", ""]
)
def test_a_name_leads_nowhere_but_into_the_folder(home, site_file, place, arrive, tmp_path, name):
    before = set(tmp_path.rglob("*.hml"))
    arrive((name, BAD))
    put(home, site_file, place)
    assert len(names(place)) == 2
    assert all(path.parent == place for path in set(tmp_path.rglob("*.hml")) - before)


def test_the_reason_names_the_folders_that_a_file_lay_in(home, site_file, place, arrive):
    arrive(("SAMPLE1/bad.hml", BAD), ("SAMPLE2/bad.hml", BAD + b" otherwise"))
    put(home, site_file, place)
    assert names(place) == ["bad-2.hml", "bad-2.hml.reason.txt", "bad.hml", "bad.hml.reason.txt"]
    assert (place / "bad.hml.reason.txt").read_text().startswith("SAMPLE1/bad.hml was taken in at ")
    assert (place / "bad-2.hml.reason.txt").read_text().startswith("SAMPLE2/bad.hml was taken in at ")


def test_a_folder_out_of_reach_is_told_and_tried_again_while_the_rest_goes_on(
    home, site_file, place, arrive, eventually
):
    place.write_bytes(b"a file where the folder should be")
    arrive(("bad.hml", BAD))
    with open_site(home, site_file) as site:
        folder = QuarantineFolder("exports", place, site.spool, site.ready_store, Marks(home / "put_aside.json"))
        stop = threading.Event()
        working = threading.Thread(target=folder.run, args=(stop,))
        working.start()
        try:
            eventually(lambda: folder.status.state == "down")
            assert str(place) in folder.status.detail
            place.unlink()
            eventually(lambda: (place / "bad.hml").exists() and folder.status.state == "up")
        finally:
            stop.set()
            working.join()


def test_killed_at_every_call_each_file_is_put_once(home, site_file, place, arrive, kill_at, tmp_path):
    arrive(("bad.hml", BAD), ("worse.hml", BAD + b" otherwise"))
    k, killed = 0, True
    while killed:
        k += 1
        at_k, place = tmp_path / f"home-{k}", tmp_path / f"unreadable-{k}"
        shutil.copytree(home, at_k)
        killed = kill_at(k, lambda _, at_k=at_k, place=place: put(at_k, site_file, place)).killed
        put(at_k, site_file, place)
        left = [name for name in names(place) if not name.startswith(".")]
        assert left == ["bad.hml", "bad.hml.reason.txt", "worse.hml", "worse.hml.reason.txt"], f"killed at call {k}"
        shutil.rmtree(place)
        put(at_k, site_file, place)
        assert not place.exists(), f"it came back after a kill at call {k}"
    assert k > 10
