"""The names that the site files of these tests may use, whatever is installed."""

import pytest

from pipeline.config.instrument_models import read_model
from pipeline.config.settings import InstrumentModel
from pipeline.config.vocabulary import LINKS, Vocabulary
from pipeline.home import BUNDLED

MODELS = (
    "generic-astm-serial",
    "generic-mllp-oru",
    "generic-typing-folder",
    "graftline-demo-analyser",
    "graftline-demo-separator",
    "sysmex-xn",
)


@pytest.fixture(scope="session")
def vocabulary() -> Vocabulary:
    return Vocabulary(
        links=LINKS,
        formats=frozenset({"astm_records", "balance", "barcode_scan", "hl7_oru", "hml", "separator_log"}),
        profiles={"graftmix": "separator_log", "graftsep": "separator_log"},
    )


@pytest.fixture(scope="session")
def models(vocabulary: Vocabulary) -> dict[str, InstrumentModel]:
    return {name: read_model(BUNDLED / "instruments" / f"{name}.toml", vocabulary) for name in MODELS}
