"""The small steps of the way, for `pytest --benchmark-enable tests/bench`; without it each runs once."""

from pathlib import Path

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from parsers.format import Document
from parsers.formats.hml import parse
from pipeline.bench import hl7
from pipeline.bench.reports import report_writer
from pipeline.hl7.message import render
from pipeline.normalise.nomenclature.release import Release
from pipeline.normalise.normaliser import Normaliser
from pipeline.spool.frames import Kind
from pipeline.spool.spool import Spool


@pytest.fixture(scope="module")
def document(release: Release) -> Document:
    return Document(report_writer(release)(1))


def test_a_report_parsed(benchmark: BenchmarkFixture, document: Document) -> None:
    assert len(benchmark(parse, document).reports) == 1


def test_a_typing_normalised_that_was_seen_before(
    benchmark: BenchmarkFixture, release: Release, document: Document
) -> None:
    (report,) = parse(document).reports
    normaliser = Normaliser(release)
    assert benchmark(normaliser.normalise, report) == normaliser.normalise(report)


def test_a_typing_rendered(benchmark: BenchmarkFixture, release: Release, document: Document) -> None:
    (report,) = parse(document).reports
    assert benchmark(render, Normaliser(release).normalise(report), hl7.ENVELOPE).startswith("MSH|")


def test_a_message_tokenised_to_its_last_component(benchmark: BenchmarkFixture) -> None:
    assert "6690-2" in benchmark(hl7.parse_to_the_last_component)


def test_a_message_made_durable(benchmark: BenchmarkFixture, tmp_path: Path) -> None:
    with Spool(tmp_path / "spool") as spool:
        before = spool.last
        assert benchmark(spool.append, Kind.MESSAGE, "invented", b"invented").seq > before
