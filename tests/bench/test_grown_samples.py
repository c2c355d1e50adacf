"""Samples made long: what is repeated is read again as often, and a format whose records cannot be repeated is kept."""

from pathlib import Path

import pytest

from parsers.format import Format, format_names, load_formats, load_profiles
from pipeline.bench import formats
from pipeline.bench.grown_samples import Grown, grown_samples, syntax_of
from pipeline.home import BUNDLED


@pytest.fixture(scope="module")
def readers() -> dict[str, Format]:
    return load_formats(load_profiles([BUNDLED / "profiles"]))


@pytest.fixture(scope="module")
def grown(readers: dict[str, Format]) -> list[Grown]:
    return grown_samples(formats.SAMPLES, readers, size=20_000)


def test_every_format_has_a_sample_that_can_be_timed(grown: list[Grown]) -> None:
    assert {each.reader.name for each in grown} == set(format_names())
    kinds = [(each.reader.name, syntax_of(each.document.raw)) for each in grown]
    assert len(set(kinds)) == len(kinds)


def test_a_repeated_sample_is_read_and_is_about_as_long_as_asked(grown: list[Grown]) -> None:
    repeated = [each for each in grown if each.times > 1]
    assert {"hml", "hml_legacy", "hl7_oru", "astm_records"} <= {each.reader.name for each in repeated}
    for each in repeated:
        assert each.reader.parse(each.document).reports
        assert len(each.document.raw) > 10_000


def test_samples_may_lie_anywhere(readers: dict[str, Format], tmp_path: Path) -> None:
    assert grown_samples(tmp_path, readers) == []
    (tmp_path / "notes.txt").write_text("no report", encoding="utf-8")
    (tmp_path / "one.hml").write_bytes((formats.SAMPLES / "hml" / "typical.hml").read_bytes())
    (only,) = grown_samples(tmp_path, readers, size=1)
    assert (only.reader.name, only.times, only.document.name) == ("hml", 1, "one.hml")


def test_the_samples_of_the_demo_serve_where_there_is_no_checkout(readers: dict[str, Format]) -> None:
    assert {"hml", "hl7_oru"} <= {each.reader.name for each in grown_samples(formats.DEMO, readers, size=1)}
