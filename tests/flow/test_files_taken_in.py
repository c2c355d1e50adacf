"""Files taken in once: which of a folder, in which order, and under which names. The reports are invented."""

import os
from pathlib import Path
from shutil import copyfile

import pytest

from pipeline.errors import SiteError
from pipeline.ingest import FileOutcome, ingest
from pipeline.site import Site
from pipeline.store.queries import dump

REFUSAL = "a link, pipe or device; only regular files are taken"


def take_in(path: Path, site: Site) -> list[FileOutcome]:
    return list(ingest([path], site, source="exports", progress=lambda _: None).files)


def test_every_file_is_taken_in_under_its_way_from_the_folder_asked_for(
    site: Site, exports: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "runs"
    for place in ("b/typing.hml", "a/deep/typing.hml", "typing.hml"):
        (folder / place).parent.mkdir(parents=True, exist_ok=True)
        copyfile(exports / "donor-01.hml", folder / place)
    assert [file.path for file in take_in(folder, site)] == [
        str(folder / place) for place in ("typing.hml", "a/deep/typing.hml", "b/typing.hml")
    ]
    assert [row["name"] for row in dump(site.store, "receipts")] == ["typing.hml", "a/deep/typing.hml", "b/typing.hml"]


def test_one_file_is_taken_in_under_its_own_name(site: Site, exports: Path) -> None:
    (file,) = take_in(exports / "donor-01.hml", site)
    assert (file.state, file.path) == ("loaded", str(exports / "donor-01.hml"))
    assert [row["name"] for row in dump(site.store, "receipts")] == ["donor-01.hml"]


def test_equal_bytes_under_a_name_that_says_nothing_are_refused_and_no_duplicate(site: Site, tmp_path: Path) -> None:
    folder = tmp_path / "runs"
    for place in ("S1_result.tsv", "S2/result.tsv"):
        (folder / place).parent.mkdir(parents=True, exist_ok=True)
        (folder / place).write_text(
            "\tA1\tA2\tB1\tB2\tC1\tC2\tReads\tObjective\n0\tA*01:01\tA*01:01\t\t\t\t\t9\t9\n", encoding="utf-8"
        )
    named, nameless = take_in(folder, site)
    assert (named.state, nameless.state) == ("loaded", "quarantined")
    assert "names no sample" in nameless.reason


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes")
def test_links_and_pipes_are_refused_and_named(site: Site, exports: Path, tmp_path: Path) -> None:
    folder = tmp_path / "runs"
    folder.mkdir()
    os.mkfifo(folder / "a pipe")
    (folder / "linked.hml").symlink_to(exports / "donor-01.hml")
    (folder / "nowhere.hml").symlink_to("not there")
    assert [(file.state, file.reason) for file in take_in(folder, site)] == [("refused", REFUSAL)] * 3


def test_a_path_that_is_not_there_is_an_error(site: Site, tmp_path: Path) -> None:
    with pytest.raises(SiteError, match="is not there"):
        take_in(tmp_path / "elsewhere", site)
