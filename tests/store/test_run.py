"""Which reports are versions of each other: never another person's, another device's or a test's. All are invented."""

from typing import Any

import pytest

from parsers.records import CollectionReport, Finding, ObservationReport, Report, TypingReport
from pipeline.normalise.normaliser import Normaliser
from pipeline.store.donor import donor_of
from pipeline.store.entry import LoadedReport
from pipeline.store.run import identity_of, run_named, run_of

TEST = Finding("not_production", "MSH-11 marks this message T, not production")
DIN, GRID = "A999924000123", "9999TEST00000000118"


def loaded(report: Report) -> LoadedReport:
    return LoadedReport(printed=report, normal=Normaliser(None).normalise(report), message="")


def identity(report: Report, own: str = "R1.0") -> str:
    made = loaded(report)
    return identity_of(run_of(made), made, own, independent=False)


def typing(**more: Any) -> Report:
    return TypingReport(**{"format": "hml", "sample": "S1", "report_id": "7", **more})


def counts(**more: Any) -> Report:
    return ObservationReport(**{"format": "astm_records", "sample": DIN, "date": "20261120115900", **more})


def run(**more: Any) -> Report:
    stated = {"sample": DIN, "device_serial": "G1-0042", "started": "2026-11-20 08:41", "profile": "graftsep_summary"}
    return CollectionReport(**{"format": "separator_log", **stated, **more})


VERSIONS = [
    (typing(), typing(software="2.0")),
    (typing(subject="D1"), typing(subject="D2")),
    (counts(sample="=A99992400012300"), counts(sample="A9999 24 000123")),
    (counts(sample="A9999 24 000123 07 M"), counts(sample="=A99992400012307")),
    (run(), run(started="20261120084100", sample="=A99992400012307")),
    (run(), run(sample="A9999 24 000123 07")),
    (run(started="20.11.2026"), run(started="20.11.2026", ended="2026-11-20 12:03")),
]


@pytest.mark.parametrize(("one", "other"), VERSIONS)
def test_versions_of_one_run(one: Report, other: Report) -> None:
    assert identity(one) == identity(other)
    assert run_named(identity(one)).is_named


OTHERS = [
    pytest.param(counts(sample="L20261120000101"), counts(sample="L20261120000102"), id="a counter behind the day"),
    pytest.param(typing(), typing(findings=(TEST,)), id="a test"),
    pytest.param(counts(), counts(findings=(TEST,)), id="a test of an analyser"),
    pytest.param(counts(), counts(quality_control=True), id="control material"),
    pytest.param(counts(), counts(sample="=A99992400012307"), id="the tube and the bag"),
    pytest.param(counts(sample="", subject="D1"), counts(sample="", subject="D2"), id="two people without specimens"),
    pytest.param(run(), run(device_serial="G1-0043"), id="two separators in one minute"),
    pytest.param(run(sample="", subject=GRID), run(sample="", subject="9999TEST00000000216"), id="two donors"),
    pytest.param(run(), run(profile="graftsep"), id="the log and the summary"),
    pytest.param(typing(), typing(sample="S2"), id="two samples"),
    pytest.param(typing(), typing(project="RES_RECIPIENT"), id="a donor and a recipient"),
    pytest.param(typing(report_id="", date="2026-11-20"), typing(report_id="", date="2026-11-21"), id="two days"),
]


@pytest.mark.parametrize(("one", "other"), OTHERS)
def test_runs_that_have_nothing_to_do_with_each_other(one: Report, other: Report) -> None:
    assert identity(one) != identity(other)


def test_what_names_neither_a_report_nor_anybody_is_a_run_by_itself() -> None:
    nobodys = counts(sample="")
    assert identity(nobodys, "R1.0") != identity(nobodys, "R2.0")


def test_a_run_that_has_neither_an_id_nor_a_time_is_not_named() -> None:
    assert not run_named(identity(counts(date=""))).is_named


def test_a_number_is_that_of_the_centre_that_reports_it_and_a_grid_is_everybodys() -> None:
    owners = [
        donor.owner
        for report in (typing(), typing(centre="111"), typing(centre="222"), typing(centre="111", subject=GRID))
        if (donor := donor_of(loaded(report).normal, "lab"))
    ]
    assert owners == ["lab", "lab/111", "lab/222", ""]
