"""The names that the site files of these tests may use, whatever is installed."""

import pytest

from pipeline.config.instrument_models import load_models
from pipeline.config.settings import InstrumentModel
from pipeline.config.vocabulary import LINKS, Vocabulary
from pipeline.home import BUNDLED


@pytest.fixture(scope="session")
def vocabulary() -> Vocabulary:
    return Vocabulary(
        links=LINKS,
        formats=frozenset({"astm_records", "hl7_oru", "hml", "separator_log"}),
        profiles={"graftsep": "separator_log"},
    )


@pytest.fixture(scope="session")
def models(vocabulary: Vocabulary) -> dict[str, InstrumentModel]:
    return load_models((BUNDLED / "instruments",), vocabulary)
