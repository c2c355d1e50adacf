"""The invented mini-release, and the real releases where they lie beside the repository."""

import os
import shutil
from pathlib import Path

import pytest

from pipeline.home import BUNDLED
from pipeline.normalise.nomenclature.cache import open_cached
from pipeline.normalise.nomenclature.release import Release
from pipeline.normalise.typing import TypingNormaliser

SHARED = Path(__file__).resolve().parents[3] / "shared"


@pytest.fixture(scope="session")
def mini_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the mini-release, so that no cache is written into the repository."""
    folder = tmp_path_factory.mktemp("mini") / "0.1.0"
    shutil.copytree(BUNDLED / "demo" / "nomenclature", folder, ignore=shutil.ignore_patterns("cache-*"))
    return folder


@pytest.fixture(scope="session")
def mini(mini_folder: Path) -> Release:
    return open_cached(mini_folder)


@pytest.fixture(scope="module")
def normaliser(mini: Release) -> TypingNormaliser:
    return TypingNormaliser(mini)


@pytest.fixture(scope="session")
def shared() -> Path:
    """Reference material that may not be part of the repository: skipped where it is absent, required in CI."""
    if SHARED.is_dir():
        return SHARED
    if os.environ.get("CI") == "true":
        pytest.fail(f"{SHARED} is missing, and CI has to run the tests that need it")
    pytest.skip(f"{SHARED} is not here: no real IPD-IMGT/HLA release or published identifiers to test against")


@pytest.fixture(scope="session")
def real_folder(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of IPD-IMGT/HLA 3.58.0."""
    return copied(shared / "ipd-imgt-hla" / "3580", tmp_path_factory.mktemp("imgt") / "3.58.0")


@pytest.fixture(scope="session")
def earlier(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Release:
    """IPD-IMGT/HLA 3.50.0."""
    return open_cached(copied(shared / "ipd-imgt-hla" / "3500", tmp_path_factory.mktemp("imgt") / "3.50.0"))


def copied(source: Path, folder: Path) -> Path:
    """A release in a folder that may be written to."""
    shutil.copytree(source, folder, ignore=shutil.ignore_patterns("allelelist"))
    for path in [folder, *folder.rglob("*")]:
        path.chmod(path.stat().st_mode | 0o200)
    return folder


@pytest.fixture(scope="session")
def real(real_folder: Path) -> Release:
    return open_cached(real_folder)
