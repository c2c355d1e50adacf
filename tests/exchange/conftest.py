"""The formats that read what was written, and what names mean under the invented mini-release."""

import pytest

from parsers.format import Format, load_formats, load_profiles
from pipeline.home import BUNDLED
from pipeline.normalise.nomenclature.install import install, open_release
from pipeline.normalise.normaliser import Normaliser


@pytest.fixture(scope="session")
def formats() -> dict[str, Format]:
    return load_formats(load_profiles([BUNDLED / "profiles"]))


@pytest.fixture(scope="session")
def house_normaliser(tmp_path_factory: pytest.TempPathFactory) -> Normaliser:
    """What names mean under the invented mini-release."""
    releases = tmp_path_factory.mktemp("mini")
    install(str(BUNDLED / "demo" / "nomenclature"), releases)
    return Normaliser(open_release(releases, "0.1.0"))
