"""The invented mini-release that the benchmarks' reports are written under."""

import shutil

import pytest

from pipeline.home import BUNDLED
from pipeline.normalise.nomenclature.cache import open_cached
from pipeline.normalise.nomenclature.release import Release


@pytest.fixture(scope="session")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    """Opened from a copy, so that no cache is written into the repository."""
    folder = tmp_path_factory.mktemp("mini") / "0.1.0"
    shutil.copytree(BUNDLED / "demo" / "nomenclature", folder, ignore=shutil.ignore_patterns("cache-*"))
    return open_cached(folder)
