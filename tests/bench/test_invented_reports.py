"""The reports that `bench intake` reads: typical in size and content, distinct, and the same at every run."""

from collections import Counter

import pytest

from parsers.format import Document
from parsers.formats.hml import parse
from parsers.records import TypingReport
from pipeline.bench.reports import GENES, report_writer
from pipeline.normalise.nomenclature.release import Release
from pipeline.normalise.normaliser import Normaliser
from pipeline.normalise.records import NormalTyping

REPORTS = 200


@pytest.fixture(scope="module")
def payloads(release: Release) -> list[bytes]:
    return [report_writer(release)(number) for number in range(REPORTS)]


@pytest.fixture(scope="module")
def reports(payloads: list[bytes]) -> list[TypingReport]:
    found = [report for payload in payloads for report in parse(Document(payload)).reports]
    return [report for report in found if isinstance(report, TypingReport)]


def test_a_number_always_gives_the_same_report(release: Release, payloads: list[bytes]) -> None:
    assert [report_writer(release)(number) for number in range(REPORTS)] == payloads


def test_a_report_has_about_five_kilobytes_and_says_that_it_is_invented(payloads: list[bytes]) -> None:
    assert 4_500 < sum(map(len, payloads)) / REPORTS < 5_500
    assert all(b"INVENTED" in payload for payload in payloads)


def test_each_report_is_of_a_sample_of_its_own_with_eleven_loci(reports: list[TypingReport]) -> None:
    assert len({report.sample for report in reports}) == REPORTS
    assert all(tuple(locus.locus for locus in report.loci) == GENES for report in reports)


def test_states_and_lists_occur_as_they_do_in_a_laboratory(reports: list[TypingReport]) -> None:
    states = Counter(locus.state for report in reports for locus in report.loci)
    assert {"two_copies", "homozygous_stated", "one_stated", "absent", "failed"} <= set(states)
    assert states["two_copies"] > sum(states.values()) / 2
    expressions = [locus.expression for report in reports for locus in report.loci]
    assert any("/" in each for each in expressions) and any("|" in each for each in expressions)


def test_every_called_locus_is_understood_under_the_mini_release(release: Release, reports: list[TypingReport]) -> None:
    normaliser = Normaliser(release)
    for report in reports:
        normal = normaliser.normalise(report)
        assert isinstance(normal, NormalTyping)
        assert all(locus.glstring for locus in normal.loci if locus.state not in ("absent", "failed"))
