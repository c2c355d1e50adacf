"""What callers rely on: the keys of every dump, their order, and the accounts of what was not loaded."""

from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from pipeline.normalise.typing import TypingNormaliser
from pipeline.renormalisation import Restated, prepare, put, write
from pipeline.store.queries import DUMPS, content_hash, dump, quarantine, show, summary
from pipeline.store.store import Store

Load = Callable[..., list[str]]

PROMISED = {
    "typings": "receipt source format sample locus state reported glstring release flags version current",
    "receipts": "receipt seq source format sha256 bytes received state reason",
    "observations": "receipt source specimen code system value unit time flags",
}


@pytest.fixture
def filled(store: Store, load: Load, make: Any) -> Store:
    load(
        make.entry(1, make.typing("S1", A="01:01+02:01", B=""), ignored=2),
        make.entry(2, make.counts("S2", WBC="5.4"), make.counts("QC", control=True, WBC="7.0"), source="xn"),
        make.entry(3, make.collection("DIN1"), source="separator"),
        make.entry(4, reason="the file ends early", source="xn"),
        make.entry(5, content="content 1"),
        make.entry(6, reason="the file ends early", source="xn"),
    )
    return store


@pytest.fixture
def renormalised(filled: Store) -> Store:
    """The same, read under a later release that gave an allele up."""
    found = [
        Restated(1, "0.2.0", None, "generic", "[]", "restated"),
        Restated(2, "0.2.0", None, "generic", "[]", ""),
    ]
    with filled.transaction("renormalising") as connection:
        prepare(connection, TypingNormaliser(None))
        put(connection, found)
        write(connection, 7, "0.1.0", "0.2.0")
    return filled


@pytest.mark.parametrize("what", PROMISED)
def test_every_row_has_the_promised_keys(filled: Store, what: Any) -> None:
    rows = list(dump(filled, what))
    assert rows
    assert all(set(PROMISED[what].split()) <= row.keys() for row in rows)


@pytest.mark.parametrize("what", [what for what in DUMPS if what != "conflicts"])
def test_every_dump_is_the_same_twice(renormalised: Store, what: Any) -> None:
    rows = list(dump(renormalised, what))
    assert rows
    assert rows == list(dump(renormalised, what))


@pytest.mark.parametrize("what", DUMPS)
def test_an_empty_store_has_nothing_to_dump(store: Store, what: Any) -> None:
    assert list(dump(store, what)) == []


def test_a_typing_is_dumped_as_printed_and_as_meant(filled: Store, make: Any) -> None:
    called, failed = dump(filled, "typings")
    assert called["receipt"] == make.entry(1).receipt.receipt
    assert (called["source"], called["format"], called["sample"], called["locus"]) == ("lab", "hml", "S1", "A")
    assert (called["state"], called["reported"]) == ("two_copies", "HLA-A*01:01+HLA-A*02:01")
    assert (called["glstring"], called["release"], called["flags"]) == ("HLA-A*01:01+HLA-A*02:01", "0.1.0", [])
    assert (called["version"], called["current"], called["stated_release"]) == (1, True, "0.0.9")
    assert (failed["state"], failed["glstring"], failed["release"]) == ("failed", None, "0.1.0")
    assert failed["flags"] == [{"code": "failed", "token": "B", "message": "no usable result", "severity": "warning"}]


def test_an_observation_is_dumped_with_its_unit_and_its_doubts(filled: Store) -> None:
    count = next(row for row in dump(filled, "observations") if row["specimen"] == "S2")
    assert (count["value"], count["number"], count["unit"]) == ("5.4", 5.4, "10*9/L")
    assert (count["code"], count["system"], count["time"]) == ("code-WBC", "L", "2026-01-02T03:04:05")
    assert count["analyser_flags"] == ["H"]
    assert [flag["code"] for flag in count["flags"]] == ["unknown_code"]


def test_values_of_one_code_are_dumped_with_what_tells_them_apart_and_with_the_senders_words(
    store: Store, load: Load, make: Any
) -> None:
    report = make.counts(CD34="41.3")
    (mean,) = report.normal.observations
    tube = replace(mean, value="40.9", number=40.9, sub_id="tube 1", comments=("few beads", "rerun"))
    counted = replace(report.normal, observations=(replace(mean, sub_id="mean"), tube), comments=("haemolysed",))
    load(make.entry(1, replace(report, normal=counted)))
    rows = [(row["value"], row["sub_id"], row["comments"]) for row in dump(store, "observations")]
    assert rows == [("41.3", "mean", []), ("40.9", "tube 1", ["few beads", "rerun"])]
    assert [row["report_comments"] for row in dump(store, "observations")] == [["haemolysed"], ["haemolysed"]]


def test_a_collection_run_is_a_procedure_with_finals_and_its_readings_are_observations(filled: Store) -> None:
    [run] = dump(filled, "procedures")
    assert (run["sample"], run["procedure"], run["alarms"], run["readings"]) == (
        "DIN1",
        "CMNC",
        ["access pressure low"],
        2,
    )
    assert [final["value"] for final in run["finals"]] == ["1000"]
    parts = [row["part"] for row in dump(filled, "observations") if row["specimen"] == "DIN1"]
    assert parts == ["final", "reading", "reading"]


def test_a_donor_has_the_typings_that_stand_and_quality_control_is_no_donor(filled: Store) -> None:
    donors = {row["donor"]: row["loci"] for row in dump(filled, "donors")}
    assert donors == {"DIN1": {}, "S1": {"A": "HLA-A*01:01+HLA-A*02:01"}, "S2": {}}


def test_fields_that_no_record_holds_are_listed(filled: Store) -> None:
    assert [(row["path"], row["count"]) for row in dump(filled, "ignored")] == [("Patient/Name", 2)]


def test_the_quarantine_says_why(filled: Store) -> None:
    assert [(row["seq"], row["reason"]) for row in quarantine(filled)] == [
        (4, "the file ends early"),
        (6, "the file ends early"),
    ]


def test_the_summary_accounts_for_every_receipt_of_every_source(filled: Store) -> None:
    rows = {row["source"]: row for row in summary(filled)}
    assert rows["xn"] == {
        "source": "xn",
        "received": 3,
        "loaded": 1,
        "duplicates": 0,
        "quarantined": 2,
        "superseded": 0,
        "reasons": {"the file ends early": 2},
    }
    assert rows["lab"]["duplicates"] == 1
    for row in rows.values():
        assert row["received"] == row["loaded"] + row["duplicates"] + row["quarantined"]


def test_a_receipt_is_shown_as_parsed_as_normalised_and_as_sent(filled: Store, make: Any) -> None:
    shown = show(filled, make.entry(2).receipt.receipt)
    assert shown is not None
    assert [report["ordinal"] for report in shown["reports"]] == [0, 1]
    first = shown["reports"][0]
    assert first["printed"]["observations"][0]["unit"] == "10^9/L"
    assert first["normalised"]["observations"][0]["unit"] == "10*9/L"
    assert first["message"] == "MSH|invented|S2\r"
    assert show(filled, "R99-nowhere") is None


def test_the_content_hash_changes_with_any_content(filled: Store, load: Load, make: Any) -> None:
    before = content_hash(filled)
    load(upto=99)
    assert content_hash(filled) == before, "how far the spool was read is not content"
    load(make.entry(7, make.counts("S9", WBC="1.0")))
    assert content_hash(filled) != before
