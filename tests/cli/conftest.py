"""A folder such as a laboratory has, and commands run in it as a person would, in this process."""

import io
import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from pipeline.cli.app import main
from pipeline.home import BUNDLED
from pipeline.site import open_site
from pipeline.store import queries

DEMO = BUNDLED / "demo"
EXPORTS = DEMO / "exports"


class Answer(NamedTuple):
    """What a command left: its exit code, stdout and stderr."""

    code: int
    out: str
    err: str

    def rows(self) -> list[dict[str, Any]]:
        """Stdout as JSON Lines."""
        return [json.loads(line) for line in self.out.splitlines()]

    def row(self) -> dict[str, Any]:
        """Stdout as the one JSON object that it is."""
        (only,) = self.rows()
        return only


@pytest.fixture(scope="session")
def laboratory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with exports, a release and a site file; its data folder holds a loaded and a quarantined receipt."""
    folder = tmp_path_factory.mktemp("laboratory")
    shutil.copytree(DEMO / "nomenclature", folder / "release")
    for name, sample in {
        "report.hml": "donor-01.hml",
        "broken.hml": "broken.hml",
        "run.log": "separator-summary.txt",
        "exports/donor-02.hml": "donor-02.hml",
        "exports/oru-cbc.hl7": "oru-cbc.hl7",
    }.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes((EXPORTS / sample).read_bytes())
    (folder / "typings.csv").write_text("Specimen,HLA-A_1,HLA-A_2\nINVENTED-1,01:01,02:01\nINVENTED-2,24:02,\n")
    (folder / "orders.csv").write_text("specimen,tests\nINVENTED-1,WBC HGB\n")
    destination = '\n[[destination]]\nname = "registry"\nconnect = "127.0.0.1:9"\n'
    (folder / "peers.toml").write_text((BUNDLED / "site.toml").read_text() + destination)
    (folder / "site.toml").write_text('[site]\nname = "Invented laboratory"\n')
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for words in (
            ["nomenclature", "install", "release"],
            ["--config", "peers.toml", "ingest", "report.hml", "broken.hml", "run.log"],
            ["worklist", "load", "orders.csv"],
        ):
            main(words)
    return folder


@pytest.fixture
def here(laboratory: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the laboratory to stand in."""
    folder = tmp_path / "laboratory"
    shutil.copytree(laboratory, folder)
    monkeypatch.chdir(folder)
    monkeypatch.delenv("GRAFTLINE_HOME", raising=False)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return folder


@pytest.fixture
def graftline(here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Answer]:
    """Run a command in the laboratory."""

    def run(*words: str | Path, stdin: bytes = b"") -> Answer:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        capsys.readouterr()
        code = main([str(word) for word in words])
        return Answer(code, *capsys.readouterr())

    return run


@pytest.fixture(scope="session")
def by_state(laboratory: Path) -> dict[str, str]:
    """The id of a receipt in each state."""
    with open_site(laboratory / "graftline-data", None) as site:
        return {row["state"]: row["receipt"] for row in reversed(list(queries.dump(site.ready_store(), "receipts")))}


@pytest.fixture
def loaded(by_state: dict[str, str]) -> str:
    """The id of the receipt that was loaded."""
    return by_state["loaded"]


@pytest.fixture
def quarantined(by_state: dict[str, str]) -> str:
    """The id of the receipt that is in quarantine."""
    return by_state["quarantined"]
