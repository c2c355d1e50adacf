"""Genotypes are counted as if they had been written out, and are not."""

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.errors import ParseError
from pipeline.normalise.genotype_count import count_genotypes
from pipeline.normalise.glstring import read
from pipeline.normalise.nomenclature.release import Release


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("A*01:01", 1),
        ("A*01:01/A*02:01", 2),
        ("A*01:01/A*02:01+A*03:01", 2),
        ("A*01:01/A*02:01+A*01:01/A*02:01", 3),
        ("A*01:01+A*02:01|A*02:01+A*01:01", 1),
        ("A*01:01+A*02:01/A*03:01|A*01:01/A*11:01+A*02:01", 3),
        ("A*01:01/A*02:01+A*03:01^B*07:02/B*08:01+B*44:02", 4),
        ("A*01:01~B*07:02/B*08:01+A*01:01~B*07:02/B*08:01", 3),
        ("DRB3*01:01?DRB4*01:01/DRB4*01:03", 3),
        ("A*01:01|A*01:01+A*02:01", 2),
        ("A*01:01/A*02:01?A*01:01", 2),
        ("A*01:01+A*02:01|A*03:01?A*02:01/A*11:01+A*01:01", 3),
    ],
)
def test_count(text: str, count: int) -> None:
    assert count_genotypes(read(text).tree) == count


def test_a_string_of_a_billion_genotypes_is_counted_at_once() -> None:
    side = "/".join(f"A*{first:02}:{second:03}" for first in range(1, 51) for second in range(100, 1100))
    n = 50_000
    assert count_genotypes(read(f"{side}+{side}").tree) == n * n - n * (n - 1) // 2


def test_alleles_are_counted_where_names_are_expanded(mini: Release) -> None:
    tree = read("A*01:01+A*02:XX").tree
    assert count_genotypes(tree) == 1
    assert count_genotypes(tree, mini.expand) == len(mini.expand("A*01:01")) * len(mini.expand("A*02:XX"))


def test_what_cannot_be_counted_exactly_is_refused() -> None:
    with pytest.raises(ParseError, match="more than two copies"):
        count_genotypes(read("A*01:01+A*02:01+A*03:01").tree)
    lists = ["/".join(f"{gene}*01:{number}" for number in range(10, 70)) for gene in ("A", "B", "C", "DRB1")]
    with pytest.raises(ParseError, match="both sides of"):
        count_genotypes(read("A*01:01^B*07:02?A*01:01^B*08:01").tree)
    phased = "~".join(lists)
    with pytest.raises(ParseError, match="too many to tell apart"):
        count_genotypes(read(f"{phased}+{phased}|{phased}~DQB1*01:01+{phased}").tree)


lists = st.lists(st.sampled_from([f"A*0{number}:01" for number in range(1, 7)]), min_size=1, max_size=4)


@given(st.lists(st.tuples(lists, lists), min_size=1, max_size=4))
@settings(deadline=None)
def test_as_if_written_out(genotypes: list[tuple[list[str], list[str]]]) -> None:
    text = "|".join("+".join(map("/".join, copies)) for copies in genotypes)
    written = {tuple(sorted(pair)) for copies in genotypes for pair in product(*copies)}
    assert count_genotypes(read(text).tree) == len(written)
