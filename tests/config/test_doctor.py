"""The doctor names what is not well, and for each of it one fix; it changes nothing and disturbs nobody."""

import os
import socket
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import duckdb
import pytest

from instruments.host import WINDOWS, open_terminal
from pipeline import doctor
from pipeline.doctor import Diagnosis, examine
from pipeline.home import Home
from pipeline.spool.frames import Kind
from pipeline.spool.lock import take_lock
from pipeline.spool.spool import Spool
from pipeline.store.store import Store


class Place(NamedTuple):
    home: Path
    site: Path

    def examine(self) -> dict[str, Diagnosis]:
        """The last finding of each area."""
        return {finding.area: finding for finding in examine(self.home, self.site)}

    def instrument(self, way_in: str) -> Diagnosis:
        lines = ["[[instrument]]", 'name = "x"', way_in]
        if not way_in.startswith("folder"):
            lines += ['link = "astm"', 'format = "astm_records"']
        self.site.write_text("\n".join(lines), encoding="utf-8")
        return self.examine()["instrument x"]


@pytest.fixture
def place(tmp_path, monkeypatch, vocabulary) -> Place:
    monkeypatch.setattr(doctor, "installed", lambda _: vocabulary)
    site = tmp_path / "site.toml"
    site.write_text("", encoding="utf-8")
    return Place(Home(tmp_path / "home").make().path, site)


def test_a_fresh_site_is_well_but_for_the_nomenclature(place):
    findings = place.examine()
    assert [area for area, finding in findings.items() if finding.level != "ok"] == ["nomenclature"]
    assert findings["nomenclature"].fix == "Run: graftline nomenclature install 3.58.0"
    assert list(findings) == [
        "machine",
        "clock",
        "data folder",
        "disk",
        "configuration",
        "nomenclature",
        "spool",
        "store",
    ]


def test_looking_makes_no_file_and_no_folder(tmp_path, place):
    before = sorted(tmp_path.rglob("*"))
    examine(tmp_path / "elsewhere", place.site)
    place.examine()
    assert sorted(tmp_path.rglob("*")) == before


def test_everything_that_is_not_well_has_a_fix(tmp_path, place, monkeypatch):
    monkeypatch.setattr(doctor, "packages_distributions", lambda: {"parsers": ["graftline", "parsers"]})
    monkeypatch.setattr(os, "access", lambda *_: False)
    place.site.write_text('[nomenclature]\nrelease = "9.9.9"\n[[instrument]]\nname = "x"\nfolder = "x"\n', "utf-8")
    (place.home / "store.duckdb").write_bytes(b"no database")
    wrong = [finding for finding in examine(place.home, place.site) if finding.level != "ok"]
    assert {finding.area for finding in wrong} == {"machine", "data folder", "nomenclature", "store", "instrument x"}
    assert all(finding.fix.endswith((".", "3.58.0", "9.9.9", "rebuild")) for finding in wrong)


def test_each_problem_of_the_site_file_is_a_finding_with_its_line(place):
    place.site.write_text('[spool]\nlow_water = 1\n[site]\nname = ""\n', encoding="utf-8")
    wrong = [finding for finding in examine(place.home, place.site) if finding.area == "configuration"]
    assert [finding.level for finding in wrong] == ["error", "error"]
    assert "site.toml:2: there is no setting spool.low_water" in wrong[0].message
    assert wrong[0].fix == 'Did you mean "low_water_mb"?'
    assert "site.toml:4: site.name is wrong" in wrong[1].message


def test_a_second_owner_of_a_package_name_is_found(place, monkeypatch):
    owners = {"parsers": ["graftline", "parsers-by-others"], "pipeline": ["graftline"]}
    monkeypatch.setattr(doctor, "packages_distributions", lambda: owners)
    finding = place.examine()["machine"]
    assert finding.level == "error"
    assert "parsers-by-others" in finding.message


def test_a_clock_that_lost_its_battery_is_found():
    (finding,) = doctor._clock(datetime(1980, 1, 1, tzinfo=UTC))
    assert finding.level == "error"


@pytest.mark.parametrize(("free_mb", "level"), [(511, "error"), (512, "warning"), (2047, "warning"), (2048, "ok")])
def test_the_disk_is_held_against_the_low_water_mark(place, monkeypatch, free_mb, level):
    class Usage(NamedTuple):
        free: int

    monkeypatch.setattr(doctor.shutil, "disk_usage", lambda _: Usage(free_mb * 1024 * 1024))
    assert place.examine()["disk"].level == level


@pytest.mark.skipif(WINDOWS, reason="Windows has access lists instead of mode bits")
def test_a_data_folder_open_to_others_is_a_warning(place):
    place.home.chmod(0o755)
    assert place.examine()["data folder"].level == "warning"


def test_a_file_in_place_of_the_data_folder_is_an_error(tmp_path, place):
    findings = {finding.area: finding for finding in examine(place.site, place.site)}
    assert findings["data folder"].level == "error"


def test_a_release_that_the_site_asks_for_must_be_installed(place):
    (place.home / "nomenclature" / "3.57.0").mkdir()
    (place.home / "nomenclature" / "3.57.0" / "Allelelist.txt").write_text("# Invented\n", encoding="utf-8")
    assert place.examine()["nomenclature"] == Diagnosis("nomenclature", "ok", "installed: 3.57.0")
    place.site.write_text('[nomenclature]\nrelease = "3.58.0"\n', encoding="utf-8")
    assert place.examine()["nomenclature"].level == "error"


def test_a_store_that_opens_is_well_and_a_damaged_one_can_be_rebuilt(place):
    path = place.home / "store.duckdb"
    duckdb.connect(str(path)).close()
    assert place.examine()["store"] == Diagnosis("store", "ok", "opens")
    path.write_bytes(b"\0" * 20_000)
    assert place.examine()["store"].fix == "Run: graftline rebuild"


def test_the_release_that_the_store_is_read_under_must_be_installed(place):
    with Store(place.home / "store.duckdb") as store, store.transaction("inventing") as connection:
        connection.execute("insert into release_in_use values ('9.9.9')")
    finding = place.examine()["store"]
    assert finding.level == "error"
    assert "release 9.9.9, which is not installed" in finding.message
    assert finding.fix == "Run: graftline nomenclature install 9.9.9"
    (place.home / "nomenclature" / "9.9.9").mkdir()
    (place.home / "nomenclature" / "9.9.9" / "Allelelist.txt").write_text("", encoding="utf-8")
    assert place.examine()["store"].level == "ok"


def test_a_store_in_use_by_the_service_is_not_touched(place):
    (place.home / "store.duckdb").write_bytes(b"not looked at")
    with take_lock(place.home / "spool"):
        findings = place.examine()
    assert findings["store"].level == "ok"
    assert "running service" in findings["store"].message
    assert "running service" in findings["spool"].message


def test_damage_to_the_spool_is_an_error(place):
    with Spool(place.home / "spool") as spool:
        for text in (b"invented, one", b"invented, two"):
            spool.append(Kind.MESSAGE, "invented", text)
    assert place.examine()["spool"].level == "ok"
    (segment,) = (place.home / "spool").glob("*.seg")
    segment.write_bytes(segment.read_bytes().replace(b"invented, one", b"invented, One"))
    finding = place.examine()["spool"]
    assert (finding.level, finding.fix) == ("error", "Run: graftline verify")
    assert "not a whole frame" in finding.message


@pytest.mark.skipif(WINDOWS, reason="Windows has no pseudo-terminals")
def test_a_serial_port_that_is_there_is_found_and_one_that_is_not_is_named(place):
    instrument, ours, device = open_terminal()
    try:
        assert place.instrument(f'port = "{device}"').level == "ok"
    finally:
        os.close(instrument)
        os.close(ours)
    missing = place.instrument('port = "/dev/ttyNOTHERE"')
    assert missing.level == "error"
    assert missing.message == "/dev/ttyNOTHERE is not there"


def test_a_port_that_may_not_be_opened_is_an_error(place, monkeypatch):
    monkeypatch.setattr(doctor, "WINDOWS", False)
    monkeypatch.setattr(os, "access", lambda path, _: str(path) != str(place.site))
    finding = place.instrument(f"port = '{place.site}'")
    assert finding.level == "error"
    assert "dialout" in finding.fix


def test_a_port_that_is_a_url_is_not_tried(place):
    assert "not tried" in place.instrument('port = "socket://10.0.0.7:4001"').message


def test_an_address_that_another_program_has_cannot_be_listened_on(place):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        finding = place.instrument(f'listen = "{address}"')
    assert finding.level == "error"
    assert address in finding.message
    assert place.instrument(f'listen = "{address}"').level == "ok"


def test_an_address_that_the_running_service_listens_on_is_well(place):
    with socket.create_server(("127.0.0.1", 0)) as ours, take_lock(place.home / "spool"):
        finding = place.instrument(f'listen = "127.0.0.1:{ours.getsockname()[1]}"')
    assert finding.level == "ok"


def test_an_instrument_that_waits_for_us_is_not_connected_to(place):
    with socket.create_server(("127.0.0.1", 0)) as instrument:
        finding = place.instrument(f'connect = "127.0.0.1:{instrument.getsockname()[1]}"')
        instrument.setblocking(False)
        with pytest.raises(BlockingIOError):
            instrument.accept()
    assert finding.level == "ok"


def test_a_folder_that_is_not_there_yet_is_a_warning_and_a_read_only_one_too(place, monkeypatch):
    assert place.instrument('folder = "exports"').level == "warning"
    exports = place.site.parent / "exports"
    exports.mkdir()
    assert place.instrument('folder = "exports"').level == "ok"
    for closed, level in ((os.W_OK, "warning"), (os.R_OK | os.X_OK, "error")):
        monkeypatch.setattr(os, "access", lambda path, mode, closed=closed: str(path) != str(exports) or mode != closed)
        assert place.instrument('folder = "exports"').level == level


@pytest.mark.skipif(WINDOWS, reason="links need a privilege on Windows")
def test_what_an_export_folder_holds_that_would_not_be_taken_is_a_warning(place):
    """A folder that may not be read, or a link; what was taken is nobody's business any more."""
    exports = place.site.parent / "exports"
    (exports / "taken").mkdir(parents=True)
    (exports / "taken" / "link").symlink_to(exports)
    assert place.instrument('folder = "exports"').level == "ok"
    (exports / "link").symlink_to(place.site)
    finding = place.instrument('folder = "exports"')
    assert (finding.level, finding.message[:40]) == ("warning", "1 links, pipes or unreadable folders in ")


def test_empty_files_in_an_export_folder_are_a_warning(place):
    exports = place.site.parent / "exports"
    exports.mkdir()
    (exports / "whole.csv").write_bytes(b"invented")
    assert place.instrument('folder = "exports"').level == "ok"
    (exports / "empty.csv").touch()
    finding = place.instrument('folder = "exports"')
    assert (finding.level, finding.message) == ("warning", f"1 empty file waits in {exports}: a failed export?")


@pytest.mark.parametrize("key", ["taken", "quarantine"])
def test_a_folder_that_files_cannot_be_put_into_is_a_warning(place, key):
    (place.site.parent / "exports").mkdir()
    put_away = place.site.parent / "put-away"
    way_in = f"folder = \"exports\"\nfiles = {{ {key} = '{put_away / 'deeper'}' }}"
    assert place.instrument(way_in).level == "ok", "it is made when it is needed"
    put_away.write_bytes(b"a file where a folder should be")
    finding = place.instrument(way_in)
    assert (finding.level, finding.message) == ("warning", f"nothing can be put into {put_away / 'deeper'}")


def test_a_data_folder_of_somebody_else_is_looked_at_all_the_same(place, monkeypatch):
    (place.home / "spool" / "lock").touch()

    def denied(_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(doctor, "take_lock", denied)
    assert place.examine()["spool"].level == "ok"
