"""What of a run stands when messages about it come: item by item, of one person, final before preliminary."""

from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from pipeline.feed.changes import changes
from pipeline.normalise.comparison import Comparison
from pipeline.normalise.records import Flag
from pipeline.store.entry import LoadedReport
from pipeline.store.queries import dump
from pipeline.store.store import Store
from pipeline.store.writer import Writer

Load = Callable[..., list[str]]
Loci = dict[str, str]
GRIDS = ("9991INVENTED000001X", "9991INVENTED000002X")
PRELIMINARY, WITHDRAWN, DONOR_WITHDRAWN = (
    Flag(code, "", "what the sender says of it", severity)
    for code, severity in (
        ("preliminary_result", "warning"),
        ("withdrawn_result", "error"),
        ("donor_withdrawn", "error"),
    )
)


@pytest.fixture
def told(store: Store) -> Callable[[], dict[str, Loci]]:
    """What the matcher is told of each donor: second alleles by locus, for the first are all alike."""

    def loci() -> dict[str, Loci]:
        found = {row["donor"]: row["loci"] for row in changes(store, 0).donors}
        return {donor: {locus: gl[-5:] for locus, gl in typed.items()} for donor, typed in found.items()}

    return loci


def about(report: LoadedReport, flag: Flag, *loci: str) -> LoadedReport:
    """The report with a doubt about some of its loci; about all of it, if none is named."""
    named = loci or [each.locus for each in report.normal.loci]
    doubted = [
        replace(each, doubts=(*each.doubts, flag)) if each.locus in named else each for each in report.normal.loci
    ]
    if not loci:
        report = replace(report, normal=replace(report.normal, flags=(flag,)))
    return replace(report, normal=replace(report.normal, loci=tuple(doubted)))


def codes(store: Store) -> list[list[tuple[str, str]]]:
    return [[(flag["code"], flag["token"]) for flag in row["flags"]] for row in dump(store, "reports")]


def test_a_preliminary_result_takes_no_final_one_s_place_and_does_not_stand_beside_it(
    store: Store, load: Load, make: Any
) -> None:
    said = [make.typing(A=text) for text in ("01:01+02:01", "01:01+03:01", "01:01+02:01")]
    said[1] = about(said[1], PRELIMINARY)
    for seq, report in enumerate(said, start=1):
        load(make.entry(seq, report))
    assert [row["current"] for row in dump(store, "reports")] == [False, False, True]
    load(make.entry(4, said[1]))
    assert [row["current"] for row in dump(store, "reports")] == [False, False, True, False]
    assert codes(store)[3] == [("preliminary_after_final", "A")]
    late = list(dump(store, "receipts"))[3]
    assert late["state"] == "superseded"
    assert "a final one came before" in late["reason"]


def test_a_preliminary_result_of_another_person_stands_and_so_does_one_of_which_nobody_knows_the_run(
    store: Store, load: Load, make: Any
) -> None:
    for seq, (grid, run) in enumerate(((GRIDS[0], "1"), (GRIDS[1], "1"), (GRIDS[0], ""), (GRIDS[0], "")), start=1):
        said = make.typing(grid=grid, run=run, A=f"01:01+0{seq}:01")
        load(make.entry(seq, said if seq in (1, 3) else about(said, PRELIMINARY)))
    assert [row["current"] for row in dump(store, "reports")] == [True] * 4


def test_a_report_that_names_nobody_is_about_whom_it_corrects_also_where_another_is_named_later(
    store: Store, load: Load, make: Any
) -> None:
    for seq, grid in enumerate((GRIDS[0], "", GRIDS[1]), start=1):
        load(make.entry(seq, make.typing(grid=grid, A=f"01:01+0{seq}:01")))
    donors = [row["donor"] for row in store.rows("select donor from report order by seq")]
    assert donors == [GRIDS[0], GRIDS[0], GRIDS[1]]


def test_what_is_taken_back_is_gone_also_where_another_locus_is_preliminary(
    store: Store, load: Load, make: Any, told: Callable[[], dict[str, Loci]]
) -> None:
    load(make.entry(1, make.typing(grid=GRIDS[0], A="01:01+02:01", B="07:02+08:01")))
    taken_back = make.typing(grid=GRIDS[0], A="", B="07:02+08:01")
    load(make.entry(2, about(about(taken_back, WITHDRAWN, "A"), PRELIMINARY)))
    assert told() == {GRIDS[0]: {"B": "08:01"}}
    assert ("preliminary_after_final", "B") in codes(store)[1]


def test_a_locus_is_preliminary_or_final_by_itself(
    store: Store, load: Load, make: Any, told: Callable[[], dict[str, Loci]]
) -> None:
    load(make.entry(1, about(make.typing(grid=GRIDS[0], A="01:01+02:01", B="07:02+08:01"), PRELIMINARY, "B")))
    load(make.entry(2, about(make.typing(grid=GRIDS[0], A="01:01+03:01", B="07:02+44:02"), PRELIMINARY, "A")))
    assert told() == {GRIDS[0]: {"A": "02:01", "B": "44:02"}}


@pytest.mark.parametrize("second", [{"A": "01:01+03:01"}, {"A": ""}])
def test_messages_of_one_batch_come_one_after_the_other(
    store: Store, load: Load, make: Any, told: Callable[[], dict[str, Loci]], second: Loci
) -> None:
    said = [make.typing(grid=GRIDS[0], A="01:01+02:01", B="07:02+08:01"), make.typing(grid=GRIDS[0], **second)]
    load(replace(make.entry(1, *said), messages=(1, 2)))
    assert told() == {GRIDS[0]: {"A": "03:01", "B": "08:01"} if second["A"] else {"B": "08:01"}}
    assert [(row["version"], row["current"]) for row in dump(store, "reports")] == [(1, True), (2, True)]


@pytest.mark.parametrize(("days", "stands"), [(("20", "19"), "02:01"), (("19", "20"), "03:01"), (("20", ""), "03:01")])
def test_a_locus_that_was_typed_before_takes_nothing_of_one_that_was_typed_later(
    store: Store, load: Load, make: Any, days: tuple[str, str], stands: str
) -> None:
    for seq, (day, alleles) in enumerate(zip(days, ("01:01+02:01", "01:01+03:01"), strict=True), start=1):
        said = make.typing(A=alleles)
        dated = [replace(each, date=f"2026-11-{day}" if day else "") for each in said.normal.loci]
        load(make.entry(seq, replace(said, normal=replace(said.normal, loci=tuple(dated)))))
    current = [row["normalised"]["loci"][0]["glstring"][-5:] for row in dump(store, "reports") if row["current"]]
    assert current[0] == stands


def test_two_centres_behind_one_source_have_a_sample_of_one_name_each(store: Store, load: Load, make: Any) -> None:
    said = make.typing("17", A="01:01+02:01"), make.typing("17", A="01:01+03:01")
    for seq, (centre, report) in enumerate(zip(("111", "222"), said, strict=True), start=1):
        load(make.entry(seq, replace(report, normal=replace(report.normal, centre=centre))))
    rows = {row["source"]: row["loci"] for row in changes(store, 0).donors}
    assert {owner: typed["A"][-5:] for owner, typed in rows.items()} == {"lab/111": "02:01", "lab/222": "03:01"}


def test_a_donor_whom_his_registry_takes_back_is_told_of_no_more_until_a_list_has_him_again(
    store: Store, load: Load, make: Any, told: Callable[[], dict[str, Loci]]
) -> None:
    typed, listed = (make.typing(grid=GRIDS[0], run=run, A="01:01+02:01") for run in ("lab-1", ""))
    load(make.entry(1, typed, source="laboratory"), make.entry(2, listed, source="registry", listing=True))
    assert told()[GRIDS[0]]
    load(make.entry(3, about(make.typing(grid=GRIDS[0], run=""), DONOR_WITHDRAWN), source="registry", listing=True))
    assert told() == {GRIDS[0]: {}}
    assert list(dump(store, "donors")) == []
    load(make.entry(4, listed, source="another registry", listing=True, content="listed again"))
    assert told()[GRIDS[0]]


def test_a_version_that_names_nobody_is_about_whom_its_run_names(
    store: Store, load: Load, make: Any, told: Callable[[], dict[str, Loci]]
) -> None:
    load(make.entry(1, make.typing(A="01:01+02:01", B="07:02+08:01")))
    assert told() == {"S1": {"A": "02:01", "B": "08:01"}}
    load(make.entry(2, make.typing(grid=GRIDS[0], A="01:01+03:01")))
    assert told() == {GRIDS[0]: {"A": "03:01", "B": "08:01"}, "S1": {}}
    load(make.entry(3, make.typing(A="01:01+11:01")))
    assert told() == {GRIDS[0]: {"A": "11:01", "B": "08:01"}, "S1": {}}


def test_a_version_without_a_person_hands_no_typing_from_one_to_another(
    store: Store, load: Load, make: Any, told: Callable[[], dict[str, Loci]]
) -> None:
    """The last report is about another person than the first: both are held back, and a person has to say which."""
    for seq, grid in enumerate((GRIDS[0], "", GRIDS[1]), start=1):
        load(make.entry(seq, make.typing(grid=grid, A="01:01+02:01" if grid != GRIDS[1] else "01:01+03:01")))
    assert told() == {GRIDS[0]: {}, GRIDS[1]: {}, "S1": {}}
    assert {row["state"] for row in dump(store, "quarantine")} == {"contradicts"}


def test_what_is_dated_before_takes_no_newer_report_s_place(
    store: Store, load: Load, make: Any, told: Callable[[], dict[str, Loci]]
) -> None:
    for seq, (date, text) in enumerate((("2026-03-01", "01:01+03:01"), ("2026-01-01", "01:01+02:01")), start=1):
        report = make.typing(grid=GRIDS[0], A=text)
        load(make.entry(seq, replace(report, normal=replace(report.normal, date=date))))
    assert [row["current"] for row in dump(store, "reports")] == [True, True]
    assert codes(store)[1] == [("other_report_differs", "A")]


def counted(store: Store) -> dict[tuple[str, int], bool]:
    return {(row["label"], row["version"]): row["current"] for row in dump(store, "observations")}


def test_a_correction_of_one_count_leaves_the_others_standing(store: Store, load: Load, make: Any) -> None:
    load(make.entry(1, make.counts(WBC="48.2", CD34="82", PLT="186")), make.entry(2, make.counts(CD34="28")))
    assert counted(store) == {("WBC", 1): True, ("CD34", 1): False, ("PLT", 1): True, ("CD34", 2): True}
    assert codes(store)[0] == [("left_out_of_reexport", "code-PLT"), ("left_out_of_reexport", "code-WBC")]


def test_counts_of_another_person_under_the_same_number_are_no_version(store: Store, load: Load, make: Any) -> None:
    for seq, (grid, count) in enumerate(zip(GRIDS, ("10.0", "20.0"), strict=True), start=1):
        report = make.counts(WBC=count)
        subject = make.typing(grid=grid).normal.subject
        load(make.entry(seq, replace(report, normal=replace(report.normal, subject=subject))))
    assert counted(store) == {("WBC", 1): True, ("WBC", 2): True}
    assert codes(store)[1] == [("other_report_differs", "code-WBC")]


@pytest.mark.parametrize(("summary", "differs"), [("1000.4", False), ("1040", False), ("1200", True)])
def test_the_log_and_the_summary_of_a_run_have_to_agree(
    store: Store, load: Load, make: Any, summary: str, differs: bool
) -> None:
    for seq, (profile, inlet) in enumerate((("log", "1000"), ("summary", summary)), start=1):
        report = make.collection(inlet=inlet)
        load(make.entry(seq, replace(report, printed=replace(report.printed, profile=profile)), source=profile))
    flags = [[flag["code"] for flag in row["flags"]] for row in dump(store, "procedures")]
    assert flags == ([["accounts_differ"], ["accounts_differ"]] if differs else [[], []])
    (reason,) = [row["reason"] for row in dump(store, "quarantine")] or [""]
    assert ("Inlet is 1200 mL here and 1000 in R1-" in reason) == differs


def test_a_run_may_have_any_number_of_versions(store: Store, load: Load, make: Any) -> None:
    """A registry lists a donor every day for years."""
    load(*(make.entry(seq, make.typing(run="", A="01:01+02:01"), listing=True) for seq in range(1, 1201)))
    assert [row["seq"] for row in dump(store, "receipts") if row["state"] == "loaded"] == [1200]


def test_what_is_taken_back_is_gone_on_whatever_day(
    store: Store, load: Load, make: Any, told: Callable[[], dict[str, Loci]]
) -> None:
    report = make.typing(grid=GRIDS[0], A="01:01+02:01")
    load(make.entry(1, replace(report, normal=replace(report.normal, date="2026-03-01"))))
    gone = about(make.typing(grid=GRIDS[0], A=""), WITHDRAWN, "A")
    load(make.entry(2, replace(gone, normal=replace(gone.normal, date="2026-01-01"))))
    assert told() == {GRIDS[0]: {}}


@pytest.fixture
def mirror(store: Store) -> Callable[[], dict[str, Loci]]:
    """What a matcher knows that takes only what has changed since it last asked."""
    known: dict[str, Loci] = {}
    cursor = 0

    def follow() -> dict[str, Loci]:
        nonlocal cursor
        found = changes(store, cursor)
        known.update({row["donor"]: {locus: gl[-5:] for locus, gl in row["loci"].items()} for row in found.donors})
        cursor = found.cursor
        return dict(known)

    return follow


def test_a_matcher_that_follows_is_told_of_everything_that_stands_no_more(
    store: Store,
    load: Load,
    make: Any,
    told: Callable[[], dict[str, Loci]],
    mirror: Callable[[], dict[str, Loci]],
) -> None:
    history = [
        make.typing(A="01:01+02:01", B="07:02+08:01"),
        make.typing(grid=GRIDS[0], A="01:01+03:01"),
        about(make.typing(grid=GRIDS[0], A=""), WITHDRAWN),
        make.typing(grid=GRIDS[1], B="07:02+44:02"),
        make.typing(B="07:02+44:02"),
    ]
    for seq, report in enumerate(history, start=1):
        load(make.entry(seq, report))
        assert mirror() == told(), f"after report {seq}"


def test_a_contradiction_with_what_is_named_later_is_held_back(path: Any, make: Any, tmp_path: Any) -> None:
    """The third report says whose the second one is, and that contradicts the first."""
    entries = [
        make.entry(1, make.typing(run="r0", grid=GRIDS[0], A="01:01+02:01"), source="a"),
        make.entry(2, make.typing(A="11:01+24:02"), source="b"),
        make.entry(3, make.typing(grid=GRIDS[0], B="07:02+08:01"), source="b"),
    ]
    fed = []
    for name, cuts in (("one by one", [1, 1, 1]), ("at once", [3])):
        with Store(tmp_path / f"{name}.duckdb") as store:
            writer, rest = Writer(store, comparison=Comparison(lambda name: (name,))), list(entries)
            for cut in cuts:
                writer.load([rest.pop(0) for _ in range(cut)])
            fed.append([row["locus"] for row in store.rows("select locus from feed_typing")])
    assert fed == [["B"], ["B"]]


def test_a_list_that_was_made_before_one_that_is_here_brings_nobody_back(
    store: Store, load: Load, make: Any, told: Callable[[], dict[str, Loci]]
) -> None:
    def dated(report: LoadedReport, day: str) -> LoadedReport:
        return replace(report, normal=replace(report.normal, date=day))

    listed = make.typing(grid=GRIDS[0], run="", A="01:01+02:01")
    withdrawn = about(make.typing(grid=GRIDS[0], run=""), DONOR_WITHDRAWN)
    load(make.entry(1, dated(withdrawn, "2026-11-20T04:00:00Z"), source="registry", listing=True))
    load(make.entry(2, dated(listed, "2026-11-19T04:00:00Z"), source="registry", listing=True))
    assert told() == {GRIDS[0]: {}}
    assert [code for code, _ in codes(store)[1]] == ["older_list"]
    late = list(dump(store, "receipts"))[1]
    assert (late["state"], late["reason"][:40]) == ("superseded", "a list that was made later came before, ")
    load(make.entry(3, dated(listed, "2026-11-21T04:00:00Z"), source="registry", listing=True))
    assert told() == {GRIDS[0]: {"A": "02:01"}}


def dated(report: LoadedReport, day: str) -> LoadedReport:
    return replace(report, normal=replace(report.normal, date=day), printed=replace(report.printed, date=day))


def standing(store: Store) -> list[bool]:
    return [row["current"] for row in dump(store, "reports")]


@pytest.mark.parametrize("code", ["preliminary_result", "lines_missing"])
def test_of_two_that_are_doubtful_alike_the_later_stands(store: Store, load: Load, make: Any, code: str) -> None:
    doubt = Flag(code, "", "what the sender says of it")
    for seq, alleles in enumerate(("01:01+02:01", "01:01+03:01"), start=1):
        load(make.entry(seq, about(make.typing(A=alleles), doubt)))
    assert standing(store) == [False, True]
    assert "preliminary_after_final" not in [flag for flag, _ in codes(store)[1]]


def test_a_list_without_a_date_takes_the_place_of_one_that_has_it(store: Store, load: Load, make: Any) -> None:
    for seq, (alleles, day) in enumerate((("01:01+02:01", "2026-11-20"), ("01:01+03:01", "")), start=1):
        load(make.entry(seq, dated(make.typing(A=alleles), day), listing=True))
    assert standing(store) == [False, True]


def test_a_list_is_held_against_the_one_before_it_alone(store: Store, load: Load, make: Any) -> None:
    for seq, alleles in enumerate(("01:01+02:01", "01:01+03:01", "01:01+03:01"), start=1):
        load(make.entry(seq, make.typing(A=alleles), listing=True))
    assert codes(store)[2] == [("reexport_same_values", "")]


def test_a_report_that_says_nothing_is_replaced(store: Store, load: Load, make: Any) -> None:
    load(make.entry(1, make.typing()))
    load(make.entry(2, make.typing(A="01:01+02:01")))
    assert standing(store) == [False, True]


def test_a_day_of_a_locus_is_not_held_against_that_of_a_report(store: Store, load: Load, make: Any) -> None:
    load(make.entry(1, dated(make.typing(A="01:01+02:01"), "2026-11-20")))
    later = make.typing(A="01:01+03:01")
    loci = tuple(replace(each, date="2026-11-10") for each in later.normal.loci)
    load(make.entry(2, replace(later, normal=replace(later.normal, loci=loci))))
    assert standing(store) == [False, True]
