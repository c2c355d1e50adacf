"""`parse`, `check` and whatever else only reads or tells: nothing stored, so that it works where nothing can be."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from instruments import host

Graftline = Callable[..., Any]
READING = [
    ("parse", "report.hml"),
    ("check", "report.hml"),
    ("hl7", "report.hml"),
    ("write", "fhir", "report.hml"),
    ("identify", "A999924000123M"),
    ("profile", "test", "graftsep_summary", "run.log"),
    ("profile", "propose", "typings.csv"),
    ("formats",),
    ("instruments",),
    ("nomenclature", "list"),
    ("doctor",),
]


@pytest.mark.parametrize("words", READING, ids=" ".join)
def test_no_data_folder_is_made(graftline: Graftline, words: tuple[str, ...]) -> None:
    assert graftline("--home", "unused", *words).code in (0, 1)
    assert not Path("unused").exists()


def test_parse_leaves_the_data_folder_as_it_is(graftline: Graftline, here: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in (here / "graftline-data").rglob("*")}
    assert graftline("parse", "report.hml", "run.log").code == 0
    assert {path: path.stat().st_mtime_ns for path in (here / "graftline-data").rglob("*")} == before


def test_3_where_something_must_be_kept_and_nothing_can_be(
    graftline: Graftline, monkeypatch: pytest.MonkeyPatch
) -> None:
    def denied(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(host.Path, "mkdir", denied)
    assert graftline("--home", "closed", "parse", "report.hml").code == 0
    answer = graftline("--home", "closed", "ingest", "report.hml")
    assert (answer.code, answer.out) == (3, "")
    assert "the data folder closed cannot be used: Permission denied; name another with --home" in answer.err


def test_the_data_folder_is_its_owners_alone(graftline: Graftline) -> None:
    if host.WINDOWS:
        pytest.skip("rights are kept otherwise there")
    graftline("--home", "fresh", "ingest", "report.hml")
    for path in (Path("fresh"), *Path("fresh").rglob("*")):
        assert path.stat().st_mode & 0o077 == 0 or path.is_file(), path
