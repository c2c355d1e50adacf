"""`ingest PATH...`: files and folders, once; what is not taken is named, and the exit code says that there is some."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Graftline = Callable[..., Any]


def states(answer: Any) -> dict[str, tuple[str, str]]:
    return {each["path"]: (each["state"], each["reason"]) for each in answer.row()["files"]}


def test_a_folder_that_cannot_be_listed_is_refused_and_not_passed_over(
    graftline: Graftline, monkeypatch: pytest.MonkeyPatch
) -> None:
    scan = os.scandir
    Path("exports/closed").mkdir()

    def denied(folder: Any) -> Any:
        if Path(os.fspath(folder)).name == "closed":
            raise PermissionError(13, "Permission denied", os.fspath(folder))
        return scan(folder)

    monkeypatch.setattr(os, "scandir", denied)
    for asked in ("exports", "exports/closed"):
        answer = graftline("--json", "ingest", asked)
        assert answer.code == 1
        assert answer.row()["refused"] == 1
        state, reason = states(answer)["exports/closed"]
        assert state == "refused"
        assert reason.startswith("a folder that cannot be listed")


@pytest.mark.skipif(os.name == "nt", reason="making links needs a right there")
def test_a_linked_folder_is_refused_and_not_passed_over(graftline: Graftline) -> None:
    Path("elsewhere").mkdir()
    Path("elsewhere/report.hml").write_bytes(Path("report.hml").read_bytes())
    Path("exports/linked").symlink_to(Path("elsewhere").absolute())
    answer = graftline("--json", "ingest", "exports")
    assert answer.code == 1
    assert states(answer)["exports/linked"][0] == "refused"
    assert graftline("--json", "ingest", "elsewhere").code == 0, "named by itself it is taken"


def test_the_data_folder_is_not_taken_into_itself(graftline: Graftline) -> None:
    """Whoever stands in the folder of the exports has the usual data folder there, too."""
    Path("site").mkdir()
    for name in ("exports", "graftline-data"):
        Path(name).rename(f"site/{name}")
    for home in ("site/graftline-data", "site/fresh"):
        answer = graftline("--json", "--home", home, "ingest", "site")
        assert answer.code == (0 if home.endswith("data") else 1)
        assert not [path for path in states(answer) if path.startswith("site/graftline-data/")]
    itself = graftline("--home", "site/graftline-data", "ingest", "site/graftline-data")
    assert (itself.code, itself.out) == (2, "")
    assert "is the data folder itself" in itself.err
    remark = "the data folder site/graftline-data is among what was named, and is left out"
    assert remark in graftline("--home", "site/graftline-data", "ingest", "site").err


def test_the_data_folder_of_another_site_is_refused(graftline: Graftline) -> None:
    Path("exports/other/spool").mkdir(parents=True)
    Path("exports/other/spool/1.seg").touch()
    answer = graftline("--json", "ingest", "exports")
    assert answer.code == 1
    assert states(answer)["exports/other"] == (
        "refused",
        "a data folder of Graftline; what is in it has been taken in already",
    )


def test_one_file_is_one_file(graftline: Graftline) -> None:
    assert "1 file is on disk; reading it" in graftline("ingest", "report.hml").err
    assert "2 files are on disk; reading them" in graftline("ingest", "exports").err


def test_a_full_disk_is_told_for_every_file_and_none_is_said_to_be_kept(
    graftline: Graftline, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(".")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=1_000_000))
    answer = graftline("--json", "ingest", "exports")
    assert answer.code == 1
    assert [state for state, _ in states(answer).values()] == ["refused", "refused"]
    assert "0 files are on disk" in answer.err
