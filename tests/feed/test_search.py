"""Donors for a patient: who can reach the rule, in which order, and who could not be looked at."""

from collections.abc import Callable
from typing import Any

import pytest

from pipeline.feed.match import Unreadable
from pipeline.feed.search import Donor, read_donors, search
from pipeline.store.store import Store

LOCI = ("A", "B", "C", "DRB1", "DQB1")


def person(**changed: str | None) -> dict[str, Any]:
    """Five invented loci, some of them changed."""
    return {locus: f"HLA-{locus}*01:01+HLA-{locus}*02:01" for locus in LOCI} | changed


def donor(name: str, **changed: str | None) -> Donor:
    return Donor(name, person(**changed))


def test_donors_come_by_certain_then_possible_matches_then_identifier(groups: Any) -> None:
    donors = [
        donor("possible", DQB1="HLA-DQB1*01:01/HLA-DQB1*03:01+HLA-DQB1*02:01"),
        donor("b"),
        donor("nine", A="HLA-A*01:01+HLA-A*03:01"),
        donor("untyped", DQB1=None),
        donor("a"),
    ]
    found = search(donors, person(), groups, rule="9/10")
    assert [(row["donor"], row["matched"], row["least"], row["most"]) for row in found.donors] == [
        ("a", 10, 10, 10),
        ("b", 10, 10, 10),
        ("possible", 9, 9, 10),
        ("nine", 9, 9, 9),
        ("untyped", 8, 8, 10),
    ]


def test_a_row_tells_every_locus(groups: Any) -> None:
    [row] = search([donor("a", A="HLA-A*01:01+HLA-A*01:01")], person(), groups, rule="9/10").donors
    assert list(row["loci"]) == list(LOCI)
    assert row["loci"]["A"] == {"least": 1, "most": 1, "level": "mismatch", "direction": "GvH"}
    assert row["loci"]["B"] == {"least": 2, "most": 2, "level": "definite", "direction": "none"}


@pytest.mark.parametrize(
    ("donor_dpb1", "outcomes"),
    [
        ("HLA-DPB1*03:01+HLA-DPB1*03:02", ("permissive",)),
        ("HLA-DPB1*01:01+HLA-DPB1*03:01", ("hvg_non_permissive",)),
        ("HLA-DPB1*01:01/HLA-DPB1*03:01+HLA-DPB1*03:01", ("hvg_non_permissive", "permissive")),
        ("HLA-DPB1*02:01+HLA-DPB1*03:01|HLA-DPB1*03:01+HLA-DPB1*03:02", ("hvg_non_permissive", "permissive")),
        ("HLA-DPB1*04:01+HLA-DPB1*03:01", ("unknown",)),
        ("HLA-DPB1*03:01", ("unknown",)),
        (None, ("unknown",)),
    ],
)
def test_a_rule_of_twelve_tells_what_the_epitope_groups_say(
    groups: Any, donor_dpb1: str | None, outcomes: tuple[str, ...]
) -> None:
    patient = person(DPB1="HLA-DPB1*03:01+HLA-DPB1*03:03")
    [row] = search([donor("a", DPB1=donor_dpb1)], patient, groups, rule="10/12").donors
    assert row["loci"]["DPB1"]["tce"] == outcomes


def test_a_patient_without_dpb1_is_of_no_known_epitope_group(groups: Any) -> None:
    [row] = search([donor("a", DPB1="HLA-DPB1*03:01+HLA-DPB1*03:02")], person(), groups, rule="10/12").donors
    assert row["loci"]["DPB1"]["tce"] == ("unknown",)


def test_only_donors_that_can_reach_the_rule_are_shown(groups: Any) -> None:
    donors = [donor("nine", A="HLA-A*01:01+HLA-A*03:01"), donor("ten")]
    assert [row["donor"] for row in search(donors, person(), groups, rule="10/10").donors] == ["ten"]


def test_a_rule_of_eight_does_not_look_at_dqb1(groups: Any) -> None:
    [row] = search([donor("a", DQB1="HLA-DQB1*05:01+HLA-DQB1*06:02")], person(), groups, rule="8/8").donors
    assert list(row["loci"]) == ["A", "B", "C", "DRB1"]
    assert row["matched"] == 8


def test_a_locus_that_is_not_typed_could_be_a_match(groups: Any) -> None:
    [row] = search([donor("a", C=None)], person(), groups).donors
    assert row["loci"]["C"] == {"least": 0, "most": 2, "level": "missing", "direction": "none"}
    patient = {locus: text for locus, text in person().items() if locus != "DQB1"}
    [row] = search([donor("a")], patient, groups).donors
    assert row["loci"]["DQB1"]["level"] == "missing"


@pytest.mark.parametrize("locus", ["A", "B", "DRB1"])
def test_a_donor_without_a_required_locus_is_counted_and_not_searched(groups: Any, locus: str) -> None:
    found = search([donor("a", **{locus: None}), donor("b")], person(), groups)
    assert [row["donor"] for row in found.donors] == ["b"]
    assert (found.searched, found.unsearchable, found.found) == (2, 1, 1)


def test_a_donor_whose_typing_is_no_genotype_is_counted_and_not_searched(groups: Any) -> None:
    found = search([donor("a", A="HLA-A*01:01~HLA-B*07:02"), donor("b", B="HLA-B*word")], person(), groups)
    assert (found.donors, found.unsearchable) == ([], 2)


def test_the_limit_keeps_the_best_and_the_count_of_all(groups: Any) -> None:
    found = search([donor(f"{number:03d}") for number in reversed(range(50))], person(), groups, limit=2)
    assert [row["donor"] for row in found.donors] == ["000", "001"]
    assert found.found == 50


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"A": None}, "no typing at A"),
        ({"A": "HLA-A*01:01+HLA-A*02:01+HLA-A*03:01"}, "typing at A cannot be read"),
        ({"B": "HLA-A*01:01~HLA-B*07:02"}, "typing at B cannot be read"),
    ],
)
def test_a_patient_that_cannot_be_searched_for_is_refused_and_not_quoted(
    groups: Any, changed: dict[str, str | None], said: str
) -> None:
    with pytest.raises(Unreadable, match=said) as caught:
        search([donor("a")], person(**changed), groups)
    assert "*" not in str(caught.value)


@pytest.mark.parametrize("rule", ["", "10", "11/10", "9/9", "-1/10", "ten/10"])
def test_a_rule_that_is_none_is_refused(groups: Any, rule: str) -> None:
    with pytest.raises(Unreadable, match="is not a rule"):
        search([], person(), groups, rule=rule)


def test_the_donors_of_the_feed_are_searched(store: Store, typed: Callable[..., None], groups: Any) -> None:
    typed(1, "S1", **person())
    typed(2, "S2", **person(A="HLA-A*03:01+HLA-A*11:01"))
    typed(3, "S3", A="HLA-A*01:01")
    typed(4, "S4", A="", B="", DRB1="")  # nothing called: by serology, failed
    found = search(read_donors(store), person(), groups)
    assert [row["donor"] for row in found.donors] == ["S1"]
    assert (found.searched, found.unsearchable) == (4, 2)
