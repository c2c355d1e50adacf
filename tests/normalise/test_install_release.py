"""Releases are installed whole or not at all, from a server, a folder or a zip."""

import hashlib
import threading
import zipfile
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from pipeline.errors import SiteError, Unavailable
from pipeline.normalise.nomenclature import cache
from pipeline.normalise.nomenclature.cache import cache_path, open_cached
from pipeline.normalise.nomenclature.install import Installed, install, list_installed, open_release
from pipeline.normalise.nomenclature.release_files import REQUIRED, read_release, verify_checksums


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def copy(mini_folder: Path, tmp_path: Path) -> Path:
    """The mini-release, free to be damaged."""
    return lay_down(mini_folder, tmp_path / "copy")


def lay_down(source: Path, target: Path, version: str = "0.1.0") -> Path:
    for name in REQUIRED:
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        (target / name).write_bytes(
            (source / name).read_bytes().replace(b"version 0.1.0", f"version {version}".encode())
        )
    resign(target)
    return target


def resign(folder: Path) -> None:
    names = ("hla_nom.txt", "hla_nom_g.txt", "hla_nom_p.txt")
    digests = {name: hashlib.md5((folder / "wmda" / name).read_bytes()).hexdigest() for name in names}
    lines = "".join(f"MD5 (wmda/{name}) = {digest}\n" for name, digest in digests.items())
    (folder / "wmda" / "md5checksum.txt").write_text(lines)


@pytest.fixture
def server(mini_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A publisher on this machine that has release 9.99.0, under the branch name 9990."""
    lay_down(mini_folder, tmp_path / "www" / "9990", version="9.99.0")
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(tmp_path / "www"))) as httpd:
        thread = threading.Thread(target=httpd.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        monkeypatch.setenv("GRAFTLINE_IMGT_URL", f"http://127.0.0.1:{httpd.server_port}/")
        yield tmp_path / "www"
        httpd.shutdown()
        thread.join()


def nothing_in(home: Path) -> bool:
    return not home.exists() or not list(home.iterdir())


def test_a_release_is_downloaded_checked_and_cited(server: Path, tmp_path: Path) -> None:
    found = install("9.99.0", tmp_path / "home")
    assert found == Installed("9.99.0", found.title, tmp_path / "home" / "9.99.0", fresh=True)
    assert (found.folder / "LICENCE.md").read_text().startswith("# Invented mini-release")
    assert "not published by IPD-IMGT/HLA" in (found.folder / "CITATION.txt").read_text()
    assert open_release(tmp_path / "home").version == "9.99.0"
    assert [path.name for path in (tmp_path / "home").iterdir()] == ["9.99.0"]


def test_a_file_that_the_publisher_does_not_have_ends_the_installation(server: Path, tmp_path: Path) -> None:
    (server / "9990" / "wmda" / "hla_nom_p.txt").unlink()
    with pytest.raises(SiteError, match=r"wmda/hla_nom_p\.txt is missing.*Nothing was installed"):
        install("9.99.0", tmp_path / "home")
    assert nothing_in(tmp_path / "home")


def test_a_file_that_arrived_damaged_ends_the_installation(server: Path, tmp_path: Path) -> None:
    path = server / "9990" / "wmda" / "hla_nom_g.txt"
    path.write_bytes(path.read_bytes()[:-7])
    with pytest.raises(SiteError, match=r"hla_nom_g\.txt: its MD5 is .*fetch the release again"):
        install("9.99.0", tmp_path / "home")
    assert nothing_in(tmp_path / "home")


def test_another_release_than_asked_for_is_refused(server: Path, tmp_path: Path) -> None:
    (server / "9990").rename(server / "8880")
    with pytest.raises(SiteError, match=r"release 8\.88\.0 was asked for"):
        install("8.88.0", tmp_path / "home")


def test_without_network_the_message_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRAFTLINE_IMGT_URL", "http://127.0.0.1:9")
    with pytest.raises(SiteError, match=r"cannot be reached.*nomenclature install ZIP"):
        install("9.99.0", tmp_path / "home")
    assert nothing_in(tmp_path / "home")


def test_only_http_is_fetched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRAFTLINE_IMGT_URL", "file:///etc")
    with pytest.raises(SiteError, match="only http and https"):
        install("9.99.0", tmp_path / "home")


def test_a_folder_is_installed_once(copy: Path, tmp_path: Path) -> None:
    assert install(str(copy), tmp_path / "home").fresh
    assert not install(str(copy), tmp_path / "home").fresh
    assert [each.version for each in list_installed(tmp_path / "home")] == ["0.1.0"]


def test_an_installed_release_is_not_overwritten_by_other_content(copy: Path, tmp_path: Path) -> None:
    install(str(copy), tmp_path / "home")
    path = copy / "Deleted_alleles.txt"
    path.write_text(path.read_text() + "XHLA90009,B*99:99,Invented later\n")
    with pytest.raises(SiteError, match="installed with other content"):
        install(str(copy), tmp_path / "home")


def test_a_zip_as_the_publisher_packs_it(copy: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "release.zip", "w") as archive:
        archive.writestr("../../evil.txt", "must not land anywhere")
        archive.writestr("IMGTHLA-0100/other/Allelelist.txt", "a deeper one is not the release's")
        for name in REQUIRED:
            archive.write(copy / name, f"IMGTHLA-0100/{name}")
    home = tmp_path / "deep" / "er" / "home"
    assert install(str(tmp_path / "release.zip"), home).version == "0.1.0"
    assert not list(tmp_path.rglob("evil.txt"))


def test_a_zip_with_an_overlarge_member_is_refused(copy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with zipfile.ZipFile(tmp_path / "release.zip", "w") as archive:
        for name in REQUIRED:
            archive.write(copy / name, name)
    monkeypatch.setattr("pipeline.normalise.nomenclature.install.FILE_LIMIT", 100)
    with pytest.raises(SiteError, match="larger than 100 bytes"):
        install(str(tmp_path / "release.zip"), tmp_path / "home")


def test_the_definitions_of_before_2026_have_checksums_of_their_own_and_are_left_where_they_are(
    copy: Path, tmp_path: Path
) -> None:
    """From 3.64 on; md5checksum.txt of the folder above does not name them."""
    former = copy / "wmda" / "pre2026"
    former.mkdir()
    for name in ("rel_dna_ser.txt", "rel_ser_ser.txt", "md5checksum.txt"):
        (former / name).write_text("Invented\n")
    found = install(str(copy), tmp_path / "home")
    assert not (found.folder / "wmda" / "pre2026").exists()


def older_list(version: str, rows: str) -> str:
    return f"# version: Invented, version {version}\nAlleleID,Allele\n{rows}"


@pytest.mark.parametrize("packed", [False, True])
def test_the_allele_lists_of_older_releases_come_with_a_release(copy: Path, tmp_path: Path, packed: bool) -> None:
    older = copy / "allelelist" / "Allelelist.010.txt"
    older.parent.mkdir()
    older.write_text(older_list("0.0.1", "XHLA00008,A*77:01\n"))
    (older.parent / "notes.txt").write_text("no list")
    source = copy
    if packed:
        source = tmp_path / "release.zip"
        with zipfile.ZipFile(source, "w") as archive:
            for path in filter(Path.is_file, copy.rglob("*")):
                archive.write(path, f"IMGTHLA-0100/{path.relative_to(copy)}")
    found = install(str(source), tmp_path / "home")
    assert [path.name for path in (found.folder / "allelelist").iterdir()] == ["Allelelist.010.txt"]
    status = open_release(tmp_path / "home").status("A*77:01")
    assert (status.kind, status.successor) == ("deleted", "A*01:32")


def test_an_older_list_that_does_not_say_its_release_is_refused_at_once(copy: Path, tmp_path: Path) -> None:
    (copy / "allelelist").mkdir()
    (copy / "allelelist" / "Allelelist.010.txt").write_text("version https://git-lfs.github.com/spec/v1\n")
    with pytest.raises(SiteError, match=r"Allelelist\.010\.txt: no line '# version"):
        install(str(copy), tmp_path / "home")
    assert nothing_in(tmp_path / "home")


def test_what_is_no_release_at_all(tmp_path: Path) -> None:
    with pytest.raises(SiteError, match=r'"3\.58" is no release number like 3\.58\.0'):
        install("3.58", tmp_path / "home")
    with pytest.raises(SiteError, match=r"Allelelist\.txt is missing"):
        install(str(tmp_path), tmp_path / "home")


def test_the_newest_release_is_opened_unless_one_is_named(mini_folder: Path, tmp_path: Path) -> None:
    for version in ("3.9.0", "3.10.0"):
        install(str(lay_down(mini_folder, tmp_path / version, version)), tmp_path / "home")
    assert open_release(tmp_path / "home").version == "3.10.0"
    assert open_release(tmp_path / "home", "3.9.0").version == "3.9.0"
    with pytest.raises(Unavailable, match=r"3\.58\.0 is not installed \(installed: 3\.9\.0, 3\.10\.0\)\. Install one"):
        open_release(tmp_path / "home", "3.58.0")


def test_no_release_at_all_says_how_to_install_one(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match=r"graftline nomenclature install 3\.58\.0"):
        open_release(tmp_path)


def test_the_cache_is_used_and_made_anew_when_the_files_change(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    open_cached(copy)
    with monkeypatch.context() as patch:
        patch.setattr(cache, "read_release", lambda _: pytest.fail("the cache was there"))
        assert open_cached(copy).accession("A*01:01:01:01") == "XHLA00001"
    path = copy / "Allelelist.txt"
    path.write_text(path.read_text().replace("XHLA00001,", "XHLA77777,"))
    assert open_cached(copy).accession("A*01:01:01:01") == "XHLA77777"


def test_a_damaged_cache_is_made_anew(copy: Path) -> None:
    open_cached(copy)
    cache_path(copy).write_bytes(cache_path(copy).read_bytes()[:100])
    assert open_cached(copy).status("A*01:01").kind == "prefix"


def test_a_list_that_lost_a_line_is_noticed(copy: Path) -> None:
    path = copy / "Allelelist.txt"
    path.write_text("".join(path.read_text().splitlines(keepends=True)[:-1]))
    with pytest.raises(SiteError, match="disagree about 1 current alleles"):
        read_release(copy)


def test_files_of_two_releases_are_noticed(copy: Path) -> None:
    path = copy / "wmda" / "hla_nom_p.txt"
    path.write_text(path.read_text().replace("version 0.1.0", "version 0.2.0"))
    with pytest.raises(SiteError, match="files of different releases"):
        read_release(copy)


def test_a_line_with_too_few_columns_is_named(copy: Path) -> None:
    path = copy / "wmda" / "hla_nom.txt"
    path.write_text(path.read_text() + "A*;01:99\n")
    with pytest.raises(SiteError, match=r"hla_nom\.txt:\d+: found 2 columns, expected 6"):
        read_release(copy)


@pytest.mark.parametrize("release", ["3440", "3500", "3580"])
def test_every_published_release_at_hand_is_read(shared: Path, release: str) -> None:
    """The layout changed over the years; checksums come in two spellings."""
    folder = shared / "ipd-imgt-hla" / release
    verify_checksums(folder)
    names = read_release(folder)
    counts = {"3440": 30_523, "3500": 36_016, "3580": 41_433}
    assert sum(len(locus.alleles) for locus in names.loci.values()) == counts[release]
    assert names.version.replace(".", "") == release
