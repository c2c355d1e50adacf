"""A receipt is loaded once, whatever happens, and nothing that was loaded is ever overwritten."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from parsers.records import LocusTyping, Printed, TypingReport
from pipeline.decisions import Delivery
from pipeline.errors import IntegrityError
from pipeline.normalise.records import NormalLocus, NormalTyping
from pipeline.store.entry import Entry, LoadedReport
from pipeline.store.outbox import waiting
from pipeline.store.queries import content_hash, dump, show
from pipeline.store.store import Store
from pipeline.store.writer import Writer

Load = Callable[..., list[str]]


def states(store: Store) -> dict[int, tuple[str, str]]:
    return {row["seq"]: (row["state"], row["reason"]) for row in dump(store, "receipts")}


def test_a_batch_loaded_twice_has_the_effect_of_once(store: Store, load: Load, make: Any) -> None:
    batch = [make.entry(1, make.typing(A="01:01+02:01")), make.entry(2), make.entry(3, make.counts(WBC="5.4"))]
    assert load(*batch) == ["loaded", "quarantined", "loaded"]
    once = content_hash(store)
    assert load(*batch) == ["loaded", "quarantined", "loaded"]
    assert content_hash(store) == once


def test_a_batch_loaded_again_after_the_store_was_reopened_has_no_effect(path: Path, make: Any) -> None:
    batch = [make.entry(1, make.typing(A="01:01+02:01")), make.entry(2)]
    with Store(path) as store:
        Writer(store).load(batch)
        once = content_hash(store)
    with Store(path) as store:
        assert store.last_seq == 2
        assert not store.rebuild_needed
        Writer(store).load(batch)
        assert content_hash(store) == once


def test_a_statement_has_one_number_also_for_a_writer_that_does_not_remember_it(store: Store, make: Any) -> None:
    Writer(store).load([make.entry(1, make.typing("S1", A="01:01+02:01", B="07:02"))])
    Writer(store).load([make.entry(2, make.typing("S2", run="run-2", B="08:01", A="01:01+02:01"))])
    assert [row["id"] for row in store.rows("select id from statement order by id")] == [1, 2, 3]
    said = store.rows("select seq, statement, locus, glstring from read_typing order by seq, position")
    assert [(row["seq"], row["statement"], row["glstring"]) for row in said] == [
        (1, 1, "HLA-A*01:01+HLA-A*02:01"),
        (1, 2, "HLA-B*07:02"),
        (2, 3, "HLA-B*08:01"),
        (2, 1, "HLA-A*01:01+HLA-A*02:01"),
    ]


def test_a_typing_read_under_another_release_than_the_store_is_not_taken(store: Store, make: Any) -> None:
    Writer(store).load([make.entry(1, make.typing(A="01:01+02:01"))])
    report = make.typing("S2", run="run-2", A="03:01+02:01")
    loci = tuple(msgspec.structs.replace(each, release="0.2.0") for each in report.normal.loci)
    other = msgspec.structs.replace(report, normal=msgspec.structs.replace(report.normal, loci=loci))
    with pytest.raises(ValueError, match=r"read under release '0\.2\.0'"):
        Writer(store).load([make.entry(2, other)])
    assert store.last_seq == 1


def test_the_same_bytes_from_the_same_source_are_a_duplicate_that_names_the_first(
    store: Store, load: Load, make: Any
) -> None:
    first = make.entry(1, make.typing(A="01:01+02:01"), content="x")
    load(first)
    again = make.entry(2, make.typing(A="01:01+02:01"), content="x")
    assert load(again, make.entry(3, make.typing(A="01:01+02:01"), content="x")) == ["duplicate", "duplicate"]
    assert states(store)[2] == ("duplicate", f"the same bytes came from this source before, as {first.receipt.receipt}")
    assert states(store)[3] == states(store)[2]
    assert len(list(dump(store, "typings"))) == 1


def test_duplicates_are_seen_inside_one_batch(load: Load, make: Any) -> None:
    batch = [make.entry(seq, make.counts(WBC="5.4"), content="x") for seq in (1, 2, 3)]
    assert load(*batch) == ["loaded", "duplicate", "duplicate"]


def test_equal_bytes_under_another_name_are_another_samples_where_the_name_says_whose_they_are(
    load: Load, make: Any
) -> None:
    """Siblings may have the same alleles, and many tools write nothing but these."""

    def named(seq: int, name: str) -> Entry:
        made = make.entry(seq, make.typing(name, A="01:01+02:01"), content="x")
        return replace(made, receipt=replace(made.receipt, name=name), sample_in_name=True)

    assert load(named(1, "S1.result"), named(2, "S2.result")) == ["loaded", "loaded"]
    assert load(named(3, "S2.result"), named(4, "S1.result"), named(5, "S3.result")) == [
        "duplicate",
        "duplicate",
        "loaded",
    ]


def test_bytes_under_a_name_that_says_nothing_are_refused_also_where_they_were_another_samples(
    store: Store, load: Load, make: Any
) -> None:
    def named(seq: int, name: str, *reports: Any) -> Entry:
        made = make.entry(seq, *reports, content="x")
        return replace(made, receipt=replace(made.receipt, name=name), sample_in_name=True)

    assert load(named(1, "S1_result.tsv", make.typing("S1", A="01:01+02:01"))) == ["loaded"]
    assert load(named(2, "result.tsv"), named(3, "result.tsv")) == ["quarantined", "duplicate"]
    assert "which is in quarantine" in states(store)[3][1]
    assert load(named(4, "S2_result.tsv", make.typing("S2", A="01:01+02:01"))) == ["loaded"]


def test_the_same_bytes_from_another_source_are_another_receipt(load: Load, make: Any) -> None:
    load(make.entry(1, make.counts(WBC="5.4"), content="x"))
    assert load(make.entry(2, make.counts(WBC="5.4"), content="x", source="other")) == ["loaded"]


def test_unreadable_bytes_that_come_again_are_a_duplicate_of_the_one_in_quarantine(
    store: Store, load: Load, make: Any
) -> None:
    load(make.entry(1, content="x"))
    assert load(make.entry(2, content="x")) == ["duplicate"]
    assert states(store)[2][1].endswith("which is in quarantine")


def test_bytes_that_could_not_be_read_before_and_can_now_are_loaded(load: Load, make: Any) -> None:
    load(make.entry(1, content="x"))
    assert load(make.entry(2, make.typing(A="01:01+02:01"), content="x")) == ["loaded"]
    assert load(make.entry(3, make.typing(A="01:01+02:01"), content="x")) == ["duplicate"]


def test_a_resubmitted_receipt_takes_its_new_outcome_and_keeps_its_history(store: Store, load: Load, make: Any) -> None:
    load(make.entry(1, reason="no format"), make.entry(2, make.counts(WBC="5.4")))
    assert load(make.entry(1, make.typing(A="01:01+02:01")), upto=3) == ["loaded"]
    assert states(store)[1] == ("loaded", "")
    assert store.last_seq == 3
    shown = show(store, make.entry(1).receipt.receipt)
    assert shown is not None
    assert shown["history"] == [{"format": "", "state": "quarantined", "reason": "no format"}]
    assert len(list(dump(store, "receipts"))) == 2


def test_a_receipt_quarantined_and_resubmitted_in_the_same_batch(store: Store, load: Load, make: Any) -> None:
    batch = [make.entry(1), make.entry(1, make.typing(A="01:01+02:01"))]
    assert load(*batch) == ["quarantined", "loaded"]
    assert [row["state"] for row in dump(store, "receipts")] == ["loaded"]


def test_a_resubmission_that_fails_for_another_reason_says_the_new_reason(store: Store, load: Load, make: Any) -> None:
    load(make.entry(1, reason="no format"))
    load(make.entry(1, reason="line 3 is cut off"))
    assert states(store)[1] == ("quarantined", "line 3 is cut off")


def test_a_loaded_receipt_is_never_replaced(store: Store, load: Load, make: Any) -> None:
    load(make.entry(1, make.typing(A="01:01+02:01")))
    before = content_hash(store)
    assert load(make.entry(1, reason="now it cannot be read")) == ["loaded"]
    assert content_hash(store) == before


def test_the_cursor_follows_the_batch_and_never_goes_back(store: Store, load: Load, make: Any) -> None:
    assert store.last_seq == 0
    load(make.entry(7))
    assert store.last_seq == 7
    load(make.entry(3))
    assert store.last_seq == 7
    load(upto=9)
    assert store.last_seq == 9


def test_a_batch_that_fails_leaves_nothing_behind(store: Store, load: Load, make: Any) -> None:
    report = make.typing(A="01:01+02:01", B="07:02+08:01")
    torn = LoadedReport(printed=report.printed, normal=NormalTyping(sample=report.normal.sample), message="")
    with pytest.raises(ValueError, match="2 typings printed, 0 normalised"):
        load(make.entry(1, make.counts(WBC="5.4")), make.entry(2, torn))
    assert list(dump(store, "receipts")) == []
    assert store.last_seq == 0


def test_what_duckdb_says_about_values_stays_inside(store: Store, load: Load, make: Any) -> None:
    entry = make.entry(1, make.counts(WBC="5.4"))
    with pytest.raises(IntegrityError) as caught, store.transaction("loading receipts") as connection:
        connection.execute("select cast(? as integer)", ["DOE^JANE"])
    assert "DOE" not in str(caught.value)
    assert caught.value.__suppress_context__
    assert load(entry) == ["loaded"]


def test_every_new_message_waits_for_every_destination_until_it_is_settled(store: Store, make: Any) -> None:
    writer = Writer(store, ["lis", "registry"])
    writer.load([make.entry(1, make.typing(A="01:01+02:01")), make.entry(2), make.entry(3, make.counts(WBC="5.4"))])
    assert [row["seq"] for row in waiting(store, "lis")] == [1, 3]
    writer.load([], None, [Delivery("lis", "sent", 1, 0, "AA")])
    assert [row["seq"] for row in waiting(store, "lis")] == [3]
    assert [row["message"][:3] for row in waiting(store, "registry")] == ["MSH", "MSH"]


text = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)


@settings(max_examples=25, deadline=None)
@given(sample=text, reported=text, label=text, message=text)
def test_any_text_comes_back_as_it_was_printed(
    tmp_path_factory: pytest.TempPathFactory, make: Any, sample: str, reported: str, label: str, message: str
) -> None:
    made = make.typing(sample or "S")
    printed = TypingReport(
        format="hml",
        sample=sample,
        loci=(LocusTyping(locus="A", state="failed", reported=reported),),
        properties=(Printed(label, reported),),
    )
    normal = NormalTyping(
        sample=made.normal.sample, loci=(NormalLocus(locus="A", state="failed", reported=reported, release="0.1.0"),)
    )
    with Store(tmp_path_factory.mktemp("text") / "store.duckdb") as store:
        Writer(store).load([make.entry(1, LoadedReport(printed=printed, normal=normal, message=message))])
        [report] = dump(store, "reports")
        [typing] = dump(store, "typings")
        [sent] = dump(store, "messages")
        assert report["printed"].get("properties") == [{"label": label, "text": reported}]
        assert report["printed"]["sample"] == sample
        assert typing["reported"] == reported
        assert sent["message"] == message
