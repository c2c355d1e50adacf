"""What the matcher reads: the newest called typing of each donor and locus, with its doubts, whole or not at all."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from parsers.format import Document, load_formats, load_profiles
from pipeline.errors import ConfigError, Unavailable
from pipeline.exchange.targets import TARGETS
from pipeline.feed.changes import changes
from pipeline.feed.snapshot import Publisher, publish
from pipeline.normalise.records import Flag
from pipeline.store.queries import dump
from pipeline.store.store import Store

Typed = Callable[..., None]
FIRST, SECOND = "HLA-A*01:01+HLA-A*02:01", "HLA-A*01:01+HLA-A*03:01"


def feed(store: Store) -> list[tuple[str, str, str, list[str]]]:
    """Donor, locus, GL String and the codes of the flags."""
    rows = store.rows("select * from feed_typing order by donor, locus")
    return [
        (row["donor"], row["locus"], row["glstring"], [flag["code"] for flag in json.loads(row["flags"])])
        for row in rows
    ]


def test_a_donor_is_known_by_its_grid_and_else_by_its_sample(store: Store, typed: Typed) -> None:
    typed(1, "S1", A=FIRST)
    typed(2, "S2", grid="9991INVENTED000001X", A=FIRST)
    assert [(row["donor"], row["scheme"]) for row in store.rows("select * from feed_donor order by donor")] == [
        ("9991INVENTED000001X", "GRID"),
        ("S1", "LOCAL"),
    ]


def test_the_same_number_of_two_laboratories_is_two_donors(store: Store, typed: Typed) -> None:
    typed(1, "17", source="laboratory-a", A=FIRST)
    typed(2, "17", source="laboratory-b", A=SECOND)
    typed(3, "17", source="laboratory-b", B="HLA-B*07:02+HLA-B*08:01")
    rows = store.rows('select donor, owner, "A", "B" from feed_donor order by owner')
    assert [tuple(row.values()) for row in rows] == [
        ("17", "laboratory-a", FIRST, None),
        ("17", "laboratory-b", SECOND, "HLA-B*07:02+HLA-B*08:01"),
    ]
    assert [(row["donor"], row["source"]) for row in changes(store, 0).donors] == [
        ("17", "laboratory-a"),
        ("17", "laboratory-b"),
    ]


def test_a_person_of_one_source_is_one_donor_whatever_the_samples(store: Store, typed: Typed) -> None:
    typed(1, "order-a", person="D-77", A=FIRST)
    typed(2, "order-b", person="D-77", B="HLA-B*07:02+HLA-B*08:01")
    rows = store.rows('select donor, "A", "B" from feed_donor')
    assert [tuple(row.values()) for row in rows] == [("D-77", FIRST, "HLA-B*07:02+HLA-B*08:01")]


def test_loci_that_come_one_by_one_under_one_report_id_all_stand(store: Store, typed: Typed) -> None:
    typed(1, "S1", run="r", A=FIRST)
    typed(2, "S1", run="r", B="HLA-B*07:02+HLA-B*08:01")
    assert feed(store) == [("S1", "A", FIRST, []), ("S1", "B", "HLA-B*07:02+HLA-B*08:01", [])]


def test_a_later_report_replaces_the_parts_that_it_repeats(store: Store, typed: Typed) -> None:
    typed(1, "S1", run="r", A=FIRST)
    typed(2, "S1", run="r", B="HLA-B*07:02+HLA-B*08:01")
    typed(3, "S1", run="r", A=SECOND)
    assert feed(store) == [
        ("S1", "A", SECOND, ["conflicting_reexport"]),
        ("S1", "B", "HLA-B*07:02+HLA-B*08:01", []),
    ]


def test_a_locus_that_a_corrected_report_leaves_out_stands_and_is_flagged(store: Store, typed: Typed) -> None:
    """Laboratory systems send what they correct and no more; a donor is not lost for that."""
    typed(1, "S1", run="r", A=FIRST, B="HLA-B*07:02+HLA-B*08:01")
    typed(2, "S1", run="r", A=SECOND)
    assert feed(store) == [
        ("S1", "A", SECOND, ["conflicting_reexport"]),
        ("S1", "B", "HLA-B*07:02+HLA-B*08:01", ["left_out_of_reexport"]),
    ]
    typed(3, "S1", run="r", A=SECOND, B="HLA-B*07:02+HLA-B*08:01")
    assert feed(store) == [("S1", "A", SECOND, []), ("S1", "B", "HLA-B*07:02+HLA-B*08:01", [])]


def test_a_donor_whose_only_locus_could_not_be_read_is_flagged(store: Store, typed: Typed) -> None:
    typed(1, "S1", A=FIRST)
    typed(2, "S2", doubts=(Flag("no_release", "", "invented"),), A=FIRST)
    assert [(row["donor"], row["flagged"]) for row in dump(store, "donors")] == [("S1", False), ("S2", True)]


def test_a_grid_is_one_donor_wherever_it_was_typed(store: Store, typed: Typed) -> None:
    typed(1, "S1", grid="9991INVENTED000001X", source="laboratory-a", A=FIRST)
    typed(2, "S2", grid="9991INVENTED000001X", source="laboratory-b", B="HLA-B*07:02+HLA-B*08:01")
    assert [(row["donor"], row["owner"]) for row in store.rows("select * from feed_donor")] == [
        ("9991INVENTED000001X", "")
    ]


@pytest.mark.parametrize(
    "whose",
    [
        pytest.param({"sample": "", "A": FIRST}, id="nobody"),
        pytest.param({"sample": "S1", "project": "RES_CIBMTR_FHIR_RECIPIENT", "A": FIRST}, id="a recipient"),
        pytest.param(
            {"sample": "S1", "doubts": (Flag("not_production", "T", "a test message", "error"),), "A": FIRST},
            id="a test",
        ),
    ],
)
def test_who_is_no_donor_is_not_fed(store: Store, typed: Typed, whose: dict[str, Any]) -> None:
    typed(1, **whose)
    assert feed(store) == []
    assert list(changes(store, 0).donors) == []


def test_the_newest_typing_of_a_locus_stands_and_says_that_another_differs(store: Store, typed: Typed) -> None:
    typed(1, "S1", A=FIRST, B="HLA-B*07:02+HLA-B*08:01")
    typed(2, "S1", A=SECOND)
    assert feed(store) == [
        ("S1", "A", SECOND, ["other_typing_differs"]),
        ("S1", "B", "HLA-B*07:02+HLA-B*08:01", []),
    ]


def test_two_typings_that_agree_need_no_flag(store: Store, typed: Typed) -> None:
    typed(1, "S1", A=FIRST)
    typed(2, "S1", A=FIRST)
    assert feed(store) == [("S1", "A", FIRST, [])]


def test_a_conflicting_re_export_stands_and_carries_the_flag(store: Store, typed: Typed) -> None:
    typed(1, "S1", run="r", A=FIRST)
    typed(2, "S1", run="r", A=SECOND)
    assert feed(store) == [("S1", "A", SECOND, ["conflicting_reexport"])]


@pytest.mark.parametrize("state", ["candidates", "failed", "not_tested", "absent", "novel"])
def test_what_nobody_called_is_not_fed(store: Store, typed: Typed, state: Any) -> None:
    typed(1, "S1", state=state, A=FIRST)
    assert feed(store) == []


def test_a_newer_typing_phased_over_genes_leaves_the_older_with_a_flag(store: Store, typed: Typed) -> None:
    older = "HLA-DRB1*03:01+HLA-DRB1*15:01"
    typed(1, "S1", DRB1=older)
    typed(2, "S1", DRB1="HLA-DRB1*03:01~HLA-DRB3*01:01+HLA-DRB1*15:01~HLA-DRB5*01:01")
    assert feed(store) == [("S1", "DRB1", older, ["other_typing_differs"])]


def test_a_newer_typing_that_could_not_be_read_leaves_the_older_with_a_flag(store: Store, typed: Typed) -> None:
    typed(1, "S1", A=FIRST)
    typed(2, "S1", state="two_copies", A="")
    assert feed(store) == [("S1", "A", FIRST, ["other_typing_differs"])]


def test_what_another_report_takes_back_is_a_doubt(store: Store, typed: Typed) -> None:
    taken_back = Flag("withdrawn_result", "", "the sender calls this result wrong", "error")
    typed(1, "S1", A=FIRST)
    typed(2, "S1", state="failed", locus_doubts=(taken_back,), A="")
    assert feed(store) == [("S1", "A", FIRST, ["other_typing_differs"])]


def test_changes_name_the_donors_touched_since_a_cursor(store: Store, typed: Typed) -> None:
    typed(1, "S1", A=FIRST)
    typed(2, "S2", A=FIRST)
    everything = changes(store, 0)
    assert [row["donor"] for row in everything.donors] == ["S1", "S2"]
    typed(3, "S1", A=SECOND)
    later = changes(store, everything.cursor)
    assert [(row["donor"], row["loci"], row["flagged"]) for row in later.donors] == [("S1", {"A": SECOND}, True)]
    assert list(changes(store, later.cursor).donors) == []


def test_a_receipt_loaded_late_is_a_change_when_it_is_loaded(store: Store, typed: Typed) -> None:
    typed(5, "S5", A=FIRST)
    typed(2, "S2", A=FIRST, upto=6)
    assert [row["donor"] for row in changes(store, 5).donors] == ["S2"]


def test_a_report_that_comes_as_anothers_is_told_of_neither_and_is_a_change_of_both(store: Store, typed: Typed) -> None:
    typed(1, "S1", run="r", grid="9991INVENTED000001X", A=FIRST)
    typed(2, "S1", run="r", grid="9991INVENTED000002X", A=FIRST)
    assert [(row["donor"], row["loci"]) for row in changes(store, 1).donors] == [
        ("9991INVENTED000001X", {}),
        ("9991INVENTED000002X", {}),
    ]


FINER = [
    ("HLA-B*07:02:01:01+HLA-B*44:02:01:02S", "high", "HLA-B*07:02+HLA-B*44:02", "high"),
    ("HLA-A*01:01/HLA-A*01:02+HLA-A*02:01", "high", "HLA-A*01:01/HLA-A*01:02/HLA-A*01:03+HLA-A*02:01", "high"),
    ("HLA-C*04:01:01:01+HLA-C*07:02:01:01", "high", "HLA-C*04:01:01G+HLA-C*07:02:01G", "high"),
    ("HLA-C*04:01:01+HLA-C*07:02", "high", "HLA-C*04:01P+HLA-C*07:02P", "high"),
    ("HLA-A*02:01+HLA-A*24:09N", "high", "HLA-A*02:01+HLA-A*24:XX", "generic"),
    ("HLA-A*01:01+HLA-A*02:01", "high", "HLA-A*01:XX+HLA-A*02:XX", "low"),
    ("HLA-A*01:XX+HLA-A*02:XX", "low", "HLA-A*01:01", "high"),
]


@pytest.mark.parametrize(("fine", "resolution", "coarse", "lower"), FINER)
@pytest.mark.parametrize("order", [1, -1])
def test_of_typings_that_can_both_be_true_the_finer_stands(
    store: Store, typed: Typed, fine: str, resolution: str, coarse: str, lower: str, order: int
) -> None:
    """Two copies say more than one, alleles more than first fields, whichever arrived last."""
    for seq, (text, level) in enumerate([(fine, resolution), (coarse, lower)][::order], start=1):
        typed(seq, "S1", resolution=level, A=text)
    assert [row[2:] for row in feed(store)] == [(fine, ["other_typing_differs"])]


def test_a_snapshot_holds_the_feed_and_its_manifest_vouches_for_it(store: Store, typed: Typed, tmp_path: Path) -> None:
    typed(1, "S1", A=FIRST)
    typed(2, "S2", A=FIRST, B="HLA-B*07:02+HLA-B*08:01")
    folder = tmp_path / "matcher's folder"
    manifest = publish(store, folder)
    assert sorted(each.name for each in folder.iterdir()) == [
        "feed_donor.parquet",
        "feed_typing.parquet",
        "manifest.json",
    ]
    assert json.loads((folder / "manifest.json").read_text()) == manifest
    assert manifest["cursor"] == 2
    for name, said in manifest["files"].items():
        raw = (folder / name).read_bytes()
        assert (hashlib.sha256(raw).hexdigest(), len(raw)) == (said["sha256"], said["bytes"])
    with duckdb.connect() as reader:
        rows = reader.read_parquet(str(folder / "feed_typing.parquet")).fetchall()
    assert len(rows) == manifest["files"]["feed_typing.parquet"]["rows"] == 3


def test_publishing_again_replaces_the_snapshot_and_leaves_nothing_behind(
    store: Store, typed: Typed, tmp_path: Path
) -> None:
    for seq in (1, 2):
        typed(seq, f"S{seq}", A=FIRST)
        manifest = publish(store, store.snapshots)
    assert manifest["files"]["feed_donor.parquet"]["rows"] == 2
    assert list((store.snapshots / ".staged").iterdir()) == []
    assert list(store.snapshots.glob(".*arriving")) == []


def test_publishing_the_same_feed_twice_gives_the_same_bytes(store: Store, typed: Typed, tmp_path: Path) -> None:
    typed(1, "S1", A=FIRST)
    assert publish(store, tmp_path / "one") == publish(store, tmp_path / "two")


@pytest.mark.parametrize(("target", "suffix"), [("atlas", "json"), ("wmda", "xml"), ("glsc", "csv")])
def test_donors_are_published_for_others_and_read_back_the_same(
    store: Store, typed: Typed, tmp_path: Path, target: str, suffix: str
) -> None:
    b, drb1 = "HLA-B*07:02+HLA-B*08:01", "HLA-DRB1*01:01+HLA-DRB1*03:01"
    typed(1, "S1", grid="9999TEST00000000118", A=FIRST, B=b, DRB1=drb1)
    typed(2, "17", source="lab-a", A=FIRST, B=b, DRB1=drb1)
    typed(3, "S3", grid="9999TEST00000000206", A=FIRST, B=f"{b}|HLA-B*07:02+HLA-B*15:01", DRB1=drb1)
    manifest = publish(store, tmp_path / "out", target, Publisher("Registry", "9999", "pool"))
    raw = (tmp_path / "out" / f"feed.{target}.{suffix}").read_bytes()
    assert manifest == publish(store, tmp_path / "again", target, Publisher("Registry", "9999", "pool"))
    reader = load_formats(load_profiles(()))[TARGETS[target].reader]
    read = {
        report.sample: {each.locus: each.expression for each in report.loci}
        for report in reader.parse(Document(raw, "")).reports
    }
    left_out = (tmp_path / "out" / "left_out.csv").read_text()
    assert read["9999TEST00000000118"]["A"].replace("HLA-", "") == FIRST.replace("HLA-", "")
    assert ("lab-a/17" in read) == (target != "wmda")
    assert ("9999TEST00000000206" in left_out) == (target != "glsc")


@pytest.mark.parametrize("target", ["hml", "fhir", "glsc", "wmda", "atlas"])
def test_nothing_is_called_published_that_is_not_in_the_file(
    store: Store, typed: Typed, tmp_path: Path, target: str
) -> None:
    typed(1, "17", source="lab-a", A=FIRST)  # no GRID, too few loci, no date; a GL String Code needs none of them
    files = publish(store, tmp_path / "out", target)["files"]
    name = f"feed.{target}{TARGETS[target].suffix}"
    raw = (tmp_path / "out" / name).read_bytes()
    assert raw.startswith((b"<?xml", b"{", b"id,")), "well-formed, whoever is in it"
    held = (b"02:01" in raw) + 0
    assert (files[name]["rows"], files["left_out.csv"]["rows"] > 0) == (held, not held)


def test_a_day_may_stand_in_for_typings_that_print_none(store: Store, typed: Typed, tmp_path: Path) -> None:
    typed(1, "S1", grid="9999TEST00000000118", A=FIRST)
    nowhere = publish(store, tmp_path / "out", "hml")["files"]
    dated = publish(store, tmp_path / "out", "hml", Publisher(date="2026-11-01"))["files"]
    assert [(each["feed.hml.xml"]["rows"], each["left_out.csv"]["rows"]) for each in (nowhere, dated)] == [
        (0, 2),
        (1, 0),
    ]


def test_an_empty_feed_can_be_published(store: Store, tmp_path: Path) -> None:
    assert publish(store, tmp_path / "out")["files"]["feed_typing.parquet"]["rows"] == 0


def test_a_folder_that_cannot_be_written_is_told(store: Store, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(Unavailable, match="cannot be published"):
        publish(store, tmp_path / "taken")


def test_an_unknown_form_is_refused(store: Store, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="expected one of: parquet, hml, fhir, glsc, wmda, atlas"):
        publish(store, tmp_path / "out", as_="csv")
