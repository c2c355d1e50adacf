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
