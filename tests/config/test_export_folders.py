"""No export folder is one from which a data folder, or what other programs keep, would be moved away."""

import os
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

from parsers.code_tables import code_rows
from pipeline.config.export_folders import OWN, check_feed_folder
from pipeline.config.vocabulary import LINKS, links_of
from pipeline.doctor import examine
from pipeline.errors import ConfigError
from pipeline.home import Home
from pipeline.site import open_site


@pytest.fixture
def opened(tmp_path):
    """Opens the data folder `home` beside a site file that watches this folder; the one instrument's folder."""

    def open_with(folder):
        site_file = tmp_path / "site.toml"
        site_file.write_text(f"[[instrument]]\nname = 'exports'\nfolder = '{folder}'\n", encoding="utf-8")
        with open_site(tmp_path / "home", site_file) as site:
            (instrument,) = site.settings.instruments
            return instrument.address

    return open_with


@pytest.fixture
def other_site(tmp_path):
    """The data folder of another site, with a segment in its spool."""
    home = Home(tmp_path / "others" / "site").make()
    (home.spool / "00000001.seg").write_bytes(b"invented")
    return home.path


@pytest.mark.parametrize("folder", [".", "home", "home/spool", "home/snapshots/exports", "exports/../home"])
def test_an_export_folder_that_meets_the_data_folder_is_refused(opened, folder):
    with pytest.raises(
        ConfigError, match=r'site\.toml: the export folder .* of the instrument "exports" is, holds'
    ) as no:
        opened(folder)
    assert no.value.exit_code == 2
    assert "--home" in str(no.value)


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege on Windows")
def test_a_link_to_the_data_folder_is_refused(opened, tmp_path):
    (tmp_path / "exports").symlink_to(tmp_path / "home")
    with pytest.raises(ConfigError, match="inside the data folder"):
        opened("exports")


@pytest.mark.usefixtures("other_site")
@pytest.mark.parametrize("folder", ["others", "others/site", "others/site/spool"])
def test_so_is_one_that_meets_the_data_folder_of_another_site(opened, folder):
    with pytest.raises(ConfigError, match="inside the data folder"):
        opened(folder)


@pytest.mark.parametrize("folder", ["exports", "home-exports", "home/exports", "others/site/exports"])
def test_a_folder_beside_the_data_folder_or_of_its_own_within_it_is_taken(opened, tmp_path, folder):
    assert opened(folder) == str(tmp_path / folder)


@pytest.mark.parametrize(
    ("folder", "refused"), [("exports", True), ("exports/matcher", True), ("", False), ("matcher", False)]
)
def test_no_snapshot_is_published_into_an_export_folder(tmp_path, folder, refused):
    site_file, place = tmp_path / "site.toml", tmp_path / folder
    exports = "[[instrument]]\nname = 'exports'\nfolder = 'exports'\n"
    site_file.write_text(exports, encoding="utf-8")
    with open_site(tmp_path / "home", site_file) as site, ExitStack() as checks:
        if refused:
            checks.enter_context(pytest.raises(ConfigError, match=r'of the instrument "exports", and be moved away'))
        check_feed_folder(site.settings, place)
    site_file.write_text(f"[feed]\npublish_to = '{place}'\n{exports}", encoding="utf-8")
    found = [each.level for each in examine(tmp_path / "home", site_file) if each.area == "configuration"]
    assert found == ["error" if refused else "ok"]


@pytest.mark.parametrize("key", ["taken", "quarantine"])
def test_no_file_is_put_among_those_of_the_data_folder(tmp_path, key):
    site_file = tmp_path / "site.toml"
    for place, refused in (("../home/spool", True), ("../home/put-away", False)):
        files = f"{{ {key} = '{place}' }}"
        site_file.write_text(f"[[instrument]]\nname = 'exports'\nfolder = 'exports'\nfiles = {files}\n", "utf-8")
        if refused:
            with pytest.raises(ConfigError, match="among those that Graftline writes for itself"):
                open_site(tmp_path / "home", site_file)
        else:
            open_site(tmp_path / "home", site_file).close()


def test_the_doctor_says_so_too(tmp_path):
    site_file = tmp_path / "site.toml"
    site_file.write_text("[[instrument]]\nname = 'exports'\nfolder = 'home'\n", encoding="utf-8")
    (finding,) = [each for each in examine(tmp_path / "home", site_file) if each.area == "configuration"]
    assert finding.level == "error"
    assert "is, holds or lies inside the data folder" in finding.message


def test_the_folders_of_a_data_folder_are_all_known(tmp_path):
    home = Home(tmp_path / "home").make()
    assert {path.name for path in home.path.iterdir() if path.is_dir()} == set(OWN)


@pytest.mark.parametrize("shared", ["~", "~/..", "TMP", "/"])
def test_a_folder_that_everybody_shares_is_refused(opened, tmp_path, monkeypatch, shared):
    account, temporary = tmp_path / "accounts" / "ours", tmp_path / "temporary"
    monkeypatch.setenv("USERPROFILE" if os.name == "nt" else "HOME", str(account))
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    with pytest.raises(ConfigError, match=r"site\.toml:3: this folder is or holds the .*would be moved away"):
        opened(temporary if shared == "TMP" else shared)
    assert Path(opened("~/exports")) == account / "exports"


def test_links_are_told_of_formats_of_the_house_and_of_no_other():
    over_links = {row["format"]: links_of(row["format"]) for row in code_rows("format_links.csv")}
    assert all(over_links.values())
    assert {link for links in over_links.values() for link in links} < LINKS
    assert (links_of("hml"), links_of("a_plug_in")) == ((), None)
