"""The same run exported again is a new version of it: nothing is overwritten, and the difference is said."""

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from pipeline.store.queries import content_hash, dump
from pipeline.store.reexport import compare, statements
from pipeline.store.store import Store
from pipeline.store.writer import Writer

Load = Callable[..., list[str]]
Seen = tuple[str, int, bool, str | None, list[str]]


def typings(store: Store) -> list[Seen]:
    """Locus, version, whether current, GL String and the codes of the flags, of every typing."""
    return [
        (row["locus"], row["version"], row["current"], row["glstring"], [flag["code"] for flag in row["flags"]])
        for row in dump(store, "typings")
    ]


def report_flags(store: Store) -> list[list[tuple[str, str]]]:
    return [[(flag["code"], flag["token"]) for flag in row["flags"]] for row in dump(store, "reports")]


def test_another_value_for_the_same_run_is_a_new_version_that_carries_a_warning(
    store: Store, load: Load, make: Any
) -> None:
    load(make.entry(1, make.typing(A="01:01+02:01", B="07:02+08:01")))
    load(make.entry(2, make.typing(A="01:01+03:01", B="07:02+08:01")))
    assert typings(store) == [
        ("A", 1, False, "HLA-A*01:01+HLA-A*02:01", []),
        ("B", 1, False, "HLA-B*07:02+HLA-B*08:01", []),
        ("A", 2, True, "HLA-A*01:01+HLA-A*03:01", ["conflicting_reexport"]),
        ("B", 2, True, "HLA-B*07:02+HLA-B*08:01", []),
    ]
    [flag] = list(dump(store, "typings"))[2]["flags"]
    assert flag["severity"] == "warning"
    assert flag["message"] == (
        f"A is HLA-A*01:01+HLA-A*03:01 here; it was HLA-A*01:01+HLA-A*02:01 in {make.entry(1).receipt.receipt}"
    )


def test_the_receipt_whose_every_report_has_a_newer_version_is_superseded(store: Store, load: Load, make: Any) -> None:
    load(make.entry(1, make.typing("S1", A="01:01+02:01"), make.typing("S2", A="01:01+02:01")))
    load(make.entry(2, make.typing("S1", A="01:01+03:01")))
    assert [row["state"] for row in dump(store, "receipts")] == ["loaded", "loaded"]
    load(make.entry(3, make.typing("S2", A="01:01+03:01")))
    first = next(dump(store, "receipts"))
    assert first["state"] == "superseded"
    assert first["reason"].endswith(f"the newest came with {make.entry(3).receipt.receipt}")


def test_a_re_export_in_which_only_the_software_changed_is_noted_and_not_warned_of(
    store: Store, load: Load, make: Any
) -> None:
    load(make.entry(1, make.typing(software="1.0", A="01:01+02:01")))
    load(make.entry(2, make.typing(software="1.1", A="01:01+02:01")))
    assert report_flags(store) == [[], [("reexport_same_values", "")]]
    assert [row["current"] for row in dump(store, "reports")] == [False, True]


ANONYMOUS = [
    ({"A": "01:01+02:01", "B": "07:02+08:01"}, True),
    ({"A": "01:01+02:01", "B": "07:02+08:01", "C": "07:01+07:02"}, True),
    ({"A": "01:01+03:01", "B": "07:02+08:01"}, False),
    ({"A": "01:01+02:01"}, False),
    ({"A": "", "B": "07:02+08:01"}, False),
    ({"DPB1": "04:01+04:02"}, False),
]


@pytest.mark.parametrize(("later", "replaces"), ANONYMOUS)
def test_a_typing_without_id_and_date_replaces_only_what_it_repeats(
    store: Store, load: Load, make: Any, later: dict[str, str], replaces: bool
) -> None:
    load(make.entry(1, make.typing(run="", A="01:01+02:01", B="07:02+08:01")))
    load(make.entry(2, make.typing(run="", software="1.1", **later)))
    assert [row["current"] for row in dump(store, "reports")] == [not replaces, True]
    codes = {code for code, _ in report_flags(store)[1]}
    assert codes <= ({"reexport_same_values", "extended_reexport"} if replaces else {"other_report_differs"})


def test_what_replaced_a_receipt_is_named_though_others_came_since(store: Store, load: Load, make: Any) -> None:
    for seq, (software, genotype) in enumerate(
        [("1.0", "01:01+02:01"), ("1.1", "01:01+02:01"), ("1.2", "01:01+02:01"), ("1.2", "01:01+03:01")], start=1
    ):
        load(make.entry(seq, make.typing(run="", software=software, A=genotype)))
    reasons = [row["reason"].rpartition(" ")[2] for row in dump(store, "receipts")]
    assert reasons == [make.entry(3).receipt.receipt, make.entry(3).receipt.receipt, "", ""]


def test_a_locus_that_is_left_out_stands_and_one_that_is_added_is_no_conflict(
    store: Store, load: Load, make: Any
) -> None:
    load(make.entry(1, make.typing(A="01:01+02:01", DPB1="04:01+04:02")))
    load(make.entry(2, make.typing(A="01:01+02:01", C="07:01+07:02")))
    assert report_flags(store) == [
        [("left_out_of_reexport", "DPB1")],
        [("extended_reexport", "C"), ("left_out_of_reexport", "DPB1")],
    ]
    assert [(row["locus"], row["version"], row["current"]) for row in dump(store, "typings")] == [
        ("A", 1, False),
        ("DPB1", 1, True),
        ("A", 2, True),
        ("C", 2, True),
    ]


def test_a_typing_is_no_version_of_one_of_another_person(store: Store, load: Load, make: Any) -> None:
    load(make.entry(1, make.typing(grid="9991INVENTED000001X", A="01:01+02:01")))
    load(make.entry(2, make.typing(grid="9991INVENTED000002X", A="01:01+02:01")))
    assert [row["current"] for row in dump(store, "reports")] == [True, True]


def test_a_person_who_is_named_later_is_no_other_person(store: Store, load: Load, make: Any) -> None:
    load(make.entry(1, make.typing(A="01:01+02:01")))
    load(make.entry(2, make.typing(grid="9991INVENTED000002X", A="01:01+02:01")))
    assert [row["current"] for row in dump(store, "reports")] == [False, True]


def test_a_listing_takes_the_place_of_the_one_before_also_when_it_lists_nothing(
    store: Store, load: Load, make: Any
) -> None:
    for seq, loci in enumerate([{"A": "01:01+02:01", "B": "07:02+08:01"}, {"A": "01:01+02:01"}, {}], start=1):
        load(make.entry(seq, make.typing(run="", **loci), listing=True))
    assert [row["current"] for row in dump(store, "reports")] == [False, False, True]


def test_a_count_that_changes_is_a_conflict_on_that_count(store: Store, load: Load, make: Any) -> None:
    load(make.entry(1, make.counts(WBC="5.4", PLT="210")), make.entry(2, make.counts(WBC="5.40", PLT="200")))
    codes = {
        (row["version"], row["label"]): [flag["code"] for flag in row["flags"]] for row in dump(store, "observations")
    }
    assert codes[(2, "PLT")] == ["unknown_code", "conflicting_reexport"]
    assert codes[(2, "WBC")] == ["unknown_code"], "5.4 and 5.40 are the same count"


def test_a_list_may_take_back_further_down_what_it_lists(store: Store, load: Load, make: Any) -> None:
    load(make.entry(1, make.typing(run="", A="01:01+02:01"), make.typing(run=""), listing=True))
    assert [row["current"] for row in dump(store, "reports")] == [False, True]


def test_values_of_one_code_are_told_apart_by_their_sub_ids(make: Any) -> None:
    """The mean and the single tube, exchanged, are two other values."""

    def said(**values: str) -> Any:
        (seen,) = make.counts(CD34="1").normal.observations
        seen = [replace(seen, sub_id=which, value=value, number=float(value)) for which, value in values.items()]
        return statements([replace(make.counts().normal, observations=tuple(seen))])

    codes = [
        [flag.code for flag in compare(said(mean="41.3", tube="40.9"), [(before, "R1", ())])]
        for before in (said(mean="40.9", tube="41.3"), said(tube="40.90", mean="41.3"))
    ]
    assert codes == [["conflicting_reexport"], ["reexport_same_values"]]


def test_a_collection_run_with_another_volume_or_other_readings_is_a_conflict(
    store: Store, load: Load, make: Any
) -> None:
    load(make.entry(1, make.collection(inlet="1000")), make.entry(2, make.collection(inlet="1010", readings=3)))
    told = [("conflicting_reexport", "INLET_VOL_ML"), ("conflicting_reexport", "readings")]
    assert report_flags(store)[1] == told
    assert [(flag["code"], flag["token"]) for flag in list(dump(store, "procedures"))[1]["flags"]] == told


def test_another_source_has_versions_of_its_own(store: Store, load: Load, make: Any) -> None:
    load(make.entry(1, make.typing(A="01:01+02:01")), make.entry(2, make.typing(A="01:01+03:01"), source="other"))
    assert [(row["version"], row["current"]) for row in dump(store, "reports")] == [(1, True), (1, True)]


def test_one_receipt_that_reports_a_run_twice_keeps_both_statements(store: Store, load: Load, make: Any) -> None:
    load(make.entry(1, make.typing(A="01:01+02:01"), make.typing(A="01:01+03:01", B="07:02+08:01")))
    assert [(row["version"], row["current"]) for row in dump(store, "reports")] == [(1, True), (1, True)]
    assert report_flags(store) == [[], [("repeated_in_receipt", "A")]]


def test_a_receipt_resubmitted_late_takes_the_place_of_its_arrival(store: Store, load: Load, make: Any) -> None:
    load(make.entry(1, make.typing(A="01:01+02:01")), make.entry(2), make.entry(3, make.typing(A="01:01+11:01")))
    load(make.entry(2, make.typing(A="01:01+03:01")), upto=4)
    versions = [(row["version"], row["current"]) for row in dump(store, "reports")]
    assert versions == [(1, False), (2, False), (3, True)]
    assert [row["state"] for row in dump(store, "receipts")] == ["superseded", "superseded", "loaded"]
    assert "HLA-A*03:01 in" in list(dump(store, "typings"))[2]["flags"][0]["message"]


samples = st.sampled_from(["S1", "S2"])
typed = st.sampled_from(
    [{"A": "01:01+02:01"}, {"A": "01:01+03:01", "B": "07:02+08:01"}, {"B": "07:02+44:02"}, {"A": ""}, {}]
)
people = st.sampled_from(["", "9991INVENTED000001X", "9991INVENTED000002X"])
Arrival = tuple[str, dict[str, str], str, bool, int]
arrivals = st.lists(st.tuples(samples, typed, people, st.booleans(), st.integers(0, 3)), min_size=1, max_size=8)


@settings(max_examples=20, deadline=None)
@given(arrivals=arrivals, cuts=st.sets(st.integers(1, 7)), resubmit=st.booleans(), run=st.sampled_from(["", "run-1"]))
def test_how_the_spool_is_cut_into_batches_does_not_matter(
    tmp_path_factory: pytest.TempPathFactory,
    make: Any,
    arrivals: list[Arrival],
    cuts: set[int],
    resubmit: bool,
    run: str,
) -> None:
    entries = [
        make.entry(seq, make.typing(sample, run=run, grid=grid, **loci), content=f"{sample} {loci} {grid} {salt}")
        if readable
        else make.entry(seq, content=f"junk {salt}")
        for seq, (sample, loci, grid, readable, salt) in enumerate(arrivals, start=1)
    ]
    unread = [entry.receipt.seq for entry in entries if entry.state == "quarantined"]
    if resubmit and unread:
        entries.append(make.entry(unread[0], make.typing("S1", run=run, A="11:01"), content="junk"))
    folder: Path = tmp_path_factory.mktemp("cut")
    edges = [0, *sorted(cut for cut in cuts if cut < len(entries)), len(entries)]
    with Store(folder / "whole.duckdb") as whole, Store(folder / "cut.duckdb") as pieces:
        Writer(whole).load(entries)
        for start, end in pairwise(edges):
            Writer(pieces).load(entries[start:end])
        assert content_hash(whole) == content_hash(pieces)
