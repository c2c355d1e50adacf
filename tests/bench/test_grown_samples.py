"""Samples made long: what is repeated is read again as often, and a format whose records cannot be repeated is kept."""

from pathlib import Path

import pytest

from parsers.format import Format, format_names, load_formats, load_profiles
from parsers.records import ObservationReport, TypingReport
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


def test_a_repeated_sample_is_read(grown: list[Grown]) -> None:
    repeated = [each for each in grown if each.times > 1]
    assert {"hml", "hml_legacy", "hl7_oru", "astm_records"} <= {each.reader.name for each in repeated}
    for each in repeated:
        assert each.reader.parse(each.document).reports


def test_every_format_of_text_is_grown(grown: list[Grown]) -> None:
    """FCS has a binary head of offsets, which is left alone; a workbook is packed."""
    assert {each.reader.name for each in grown if each.times == 1} == {"fcs"}
    packed = {each.reader.name for each in grown if len(each.document.raw) < 15_000}
    assert packed == {"fcs", "lab_table"}


def test_a_gene_that_may_come_but_once_comes_again_under_another_name(grown: list[Grown]) -> None:
    for name in ("arcashla", "hifihla", "hlascan", "starphase", "suretyper", "xhla"):
        (each, *_) = (each for each in grown if each.reader.name == name)
        loci = [locus.locus for report in _typings(each) for locus in report.loci]
        assert len(loci) == len(set(loci)) > each.times, name


def test_the_wells_of_a_plate_are_repeated_under_numbers_of_their_own(grown: list[Grown]) -> None:
    (plate,) = (each for each in grown if each.reader.name == "luminex_xponent")
    wells = [
        each.report_id for each in plate.reader.parse(plate.document).reports if isinstance(each, ObservationReport)
    ]
    assert len(wells) == len(set(wells)) == 4 * plate.times


def _typings(each: Grown) -> list[TypingReport]:
    return [report for report in each.reader.parse(each.document).reports if isinstance(report, TypingReport)]


def test_samples_may_lie_anywhere(readers: dict[str, Format], tmp_path: Path) -> None:
    assert grown_samples(tmp_path, readers) == []
    (tmp_path / "notes.txt").write_text("no report", encoding="utf-8")
    (tmp_path / "one.hml").write_bytes((formats.SAMPLES / "hml" / "typical.hml").read_bytes())
    (only,) = grown_samples(tmp_path, readers, size=1)
    assert (only.reader.name, only.times, only.document.name) == ("hml", 1, "one.hml")


def test_the_samples_of_the_demo_serve_where_there_is_no_checkout(readers: dict[str, Format]) -> None:
    assert {"hml", "hl7_oru"} <= {each.reader.name for each in grown_samples(formats.DEMO, readers, size=1)}
