"""The bounds of a match are those of going through every reading one by one."""

from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.feed.match import ANY, LocusMatch, Unreadable, compare, genotype

ALLELES = ("A*01:01", "A*02:01", "A*03:01", "A*01:11N", "A*24:09N")
UNSTATED = (*ALLELES, "A*80:01", "A*80:02")
"""What a copy that is not stated can be: also something that no other typing here names."""

copies = st.lists(st.sampled_from(ALLELES), min_size=1, max_size=3, unique=True).map("/".join)
pairs = st.lists(copies, min_size=1, max_size=2).map("+".join)
genotypes = st.lists(pairs, min_size=1, max_size=2).map("|".join)


def readings(text: str) -> set[tuple[str, str]]:
    """Every pair of alleles that a genotype allows, by its definition."""
    found: set[tuple[str, str]] = set()
    for pair in text.split("|"):
        first, *rest = pair.split("+")
        found |= set(product(first.split("/"), rest[0].split("/") if rest else UNSTATED))
    return found


def expressed(pair: tuple[str, str]) -> list[str]:
    """The proteins of a pair: a null makes none, and the other copy then counts twice."""
    made = [allele for allele in pair if not allele.endswith("N")]
    return made * 2 if len(made) == 1 else made


def count(patient: list[str], donor: list[str]) -> int:
    if not patient or not donor:
        return 0
    direct = (patient[0] == donor[0]) + (patient[1] == donor[1])
    return max(direct, (patient[0] == donor[1]) + (patient[1] == donor[0]))


@settings(max_examples=300, deadline=None)
@given(patient=genotypes, donor=genotypes)
def test_least_and_most_are_the_bounds_over_every_reading(groups: Any, patient: str, donor: str) -> None:
    found = compare(genotype(patient, groups), genotype(donor, groups))
    counts = {count(expressed(one), expressed(other)) for one, other in product(readings(patient), readings(donor))}
    assert (found.least, found.most) == (min(counts), max(counts))


@settings(max_examples=100, deadline=None)
@given(patient=genotypes, donor=genotypes)
def test_the_sides_change_the_direction_and_nothing_else(groups: Any, patient: str, donor: str) -> None:
    one, other = genotype(patient, groups), genotype(donor, groups)
    there, back = compare(one, other), compare(other, one)
    turned = {"GvH": "HvG", "HvG": "GvH"}.get(back.direction, back.direction)
    assert there == back._replace(direction=turned)


@pytest.mark.parametrize(
    ("patient", "donor", "expected"),
    [
        ("A*01:01+A*02:01", "A*02:01+A*01:01", LocusMatch(2, 2, "definite", "none")),
        ("A*01:01+A*02:01", "A*01:01:01:02+A*02:01:05", LocusMatch(2, 2, "definite", "none")),
        ("A*01:01+A*02:01", "A*01:01+A*03:01", LocusMatch(1, 1, "mismatch", "both")),
        ("A*01:01+A*02:01", "A*01:01+A*01:01", LocusMatch(1, 1, "mismatch", "GvH")),
        ("A*01:01+A*01:01", "A*01:01+A*02:01", LocusMatch(1, 1, "mismatch", "HvG")),
        ("A*01:01+A*02:01", "A*03:01+A*11:01", LocusMatch(0, 0, "mismatch", "both")),
        ("A*01:01+A*02:01", "A*01:01/A*03:01+A*02:01", LocusMatch(1, 2, "potential", "none")),
        ("A*01:01+A*02:01", "A*01:XX+A*02:01", LocusMatch(1, 2, "potential", "none")),
        ("A*01:01+A*02:01", "A*01:01+A*02:01|A*03:01+A*11:01", LocusMatch(0, 2, "potential", "none")),
    ],
)
def test_two_genotypes(groups: Any, patient: str, donor: str, expected: LocusMatch) -> None:
    assert compare(genotype(patient, groups), genotype(donor, groups)) == expected


@pytest.mark.parametrize(
    ("patient", "donor", "expected"),
    [
        ("A*03:01+A*03:01", "A*03:01+A*01:11N", LocusMatch(2, 2, "definite", "none")),
        ("A*03:01+A*01:11N", "A*03:01+A*24:09N", LocusMatch(2, 2, "definite", "none")),
        ("A*03:01+A*01:01", "A*03:01+A*01:11N", LocusMatch(1, 1, "mismatch", "GvH")),
        ("A*24:02+A*01:01", "A*24:09N+A*01:01", LocusMatch(1, 1, "mismatch", "GvH")),
        ("A*01:11N+A*24:09N", "A*01:11N+A*24:09N", LocusMatch(0, 0, "null", "none")),
        ("A*01:11N+A*24:09N", "A*24:09N", LocusMatch(0, 0, "null", "none")),
        ("A*03:01+A*01:11N", "A*01:01+A*02:01", LocusMatch(0, 0, "mismatch", "both")),
        ("A*01:01+A*02:01", "A*01:11N+A*24:09N", LocusMatch(0, 0, "null", "GvH")),
        ("A*03:01+A*01:01", "A*03:01+A*01:01/A*01:11N", LocusMatch(1, 2, "potential", "none")),
    ],
)
def test_a_null_allele_makes_no_protein(groups: Any, patient: str, donor: str, expected: LocusMatch) -> None:
    assert compare(genotype(patient, groups), genotype(donor, groups)) == expected


def test_a_second_allele_that_is_not_stated_is_not_taken_for_homozygous(groups: Any) -> None:
    stated = genotype("A*01:01", groups)
    assert compare(genotype("A*01:01+A*01:01", groups), stated) == LocusMatch(1, 2, "potential", "none")
    assert compare(genotype("A*01:01+A*02:01", groups), stated) == LocusMatch(1, 2, "potential", "none")
    assert compare(genotype("A*02:01+A*03:01", groups), stated) == LocusMatch(0, 1, "mismatch", "both")
    other = genotype("A*03:01", groups)
    assert compare(genotype("A*01:01+A*01:01", groups), other) == LocusMatch(0, 1, "mismatch", "HvG")


def test_an_allele_that_the_release_does_not_know_may_be_anything(groups: Any) -> None:
    assert genotype("A*01:01+A*99:01", groups)[0].second == ANY
    assert compare(genotype("A*01:01+A*02:01", groups), genotype("A*01:01+A*99:01", groups)).least == 1
    listed = genotype("A*01:01/A*99:01+A*02:01", groups)
    assert compare(genotype("A*01:01+A*02:01", groups), listed) == LocusMatch(1, 2, "potential", "none")


def test_a_list_of_hundreds_of_alleles_is_compared_at_once(groups: Any) -> None:
    long = "/".join(f"A*{family:02d}:{number:02d}" for family in range(1, 20) for number in range(1, 30))
    assert compare(genotype(f"{long}+{long}", groups), genotype(f"{long}+{long}", groups)) == LocusMatch(
        0, 2, "potential", "none"
    )


@pytest.mark.parametrize("text", ["", "A*01:01+", "A*01:01+A*02:01+A*03:01", "A*01:01~B*07:02", "A*01:01^B*07:02"])
def test_what_is_not_a_genotype_of_one_locus_is_refused_without_quoting_it(groups: Any, text: str) -> None:
    with pytest.raises(Unreadable) as caught:
        genotype(text, groups)
    assert "01:01" not in str(caught.value)
