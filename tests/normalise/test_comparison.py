"""Two typings of one locus: what they are to each other, as a table; and what holds for any two."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.normalise.comparison import Compared, Comparison, Stated
from pipeline.normalise.nomenclature.release import Release

CASES = {
    # one                        other                               verdict       fields
    ("A*01:01+A*02:01", "A*02:01+A*01:01"): ("same", 4),
    ("A*01:01+A*02:01", "A*01:01:01:01+A*02:01:01:01"): ("compatible", 4),
    ("A*01:01:01G+A*02:01", "A*01:32+A*02:01"): ("compatible", 4),
    ("A*01:XX+A*02:01", "A*01:11N+A*02:01"): ("compatible", 4),
    ("A*01:01/A*01:02+A*02:01", "A*01:02:01+A*02:01"): ("compatible", 4),
    ("A*01:01+A*02:01|A*01:02+A*02:05", "A*01:02+A*02:05"): ("compatible", 4),
    ("A*01:01+A*02:01|A*01:02+A*02:05", "A*01:01+A*02:05"): ("contradicts", 1),
    ("A*03:01:01:01+A*02:01", "A*03:01:01:02+A*02:01"): ("contradicts", 3),
    ("A*01:01:01:01+A*02:01", "A*01:01:02+A*02:01"): ("contradicts", 2),
    ("A*01:01+A*02:01", "A*01:02+A*02:01"): ("contradicts", 1),
    ("A*01:01+A*02:01", "A*03:01+A*02:01"): ("contradicts", 0),
    ("A*01:01+A*01:01", "A*01:01+A*02:01"): ("contradicts", 0),
    ("A*01:01+A*24:02", "A*01:01+A*24:09N"): ("contradicts", 0),
    ("A*01:01:01:01+A*02:01", "A*01:01:01:02N+A*02:01"): ("contradicts", 0),
    ("A*24:09N+A*02:01", "A*24:11N+A*02:01"): ("contradicts", 1),
    ("A*01:01", "A*01:01+A*02:01"): ("compatible", 4),
    ("A*01:01", "A*01:01+A*01:01"): ("compatible", 4),
    ("A*01:01", "A*02:01+A*03:01"): ("contradicts", 0),
    ("A*01:01+A*XXXX", "A*03:01+A*24:02"): ("contradicts", 0),
    ("A*01:01+A*XXXX", "A*01:01+A*24:02"): ("compatible", 4),
    ("A*01:01+A*UUUU", "A*01:01"): ("same", 4),
    ("A*01:01+A*NEW", "A*01:01+A*02:01"): ("contradicts", 0),
    ("A*01:01+A*NEW", "A*03:01+A*24:02"): ("contradicts", 0),
    ("A*02:01+A*01:NEW", "A*02:01+A*01:01"): ("contradicts", 1),
    ("A*02:01+A*01:NEW", "A*02:01+A*NEW"): ("compatible", 4),
    ("A*02:01+A*01:NEW", "A*02:01+A*03:NEW"): ("contradicts", 0),
    ("A*02:01+A*01:01:NEW", "A*02:01+A*01:01"): ("contradicts", 2),
    ("A*02:01+A*01:NEW", "A*02:01+A*01:XX"): ("compatible", 4),
    ("A*02:01+A*01:NEW", "A*02:01"): ("compatible", 4),
    ("DRB3*01:01+DRB3*NNNN", "DRB3*02:02+DRB3*NNNN"): ("contradicts", 0),
    ("DRB3*01:01+DRB3*NNNN", "DRB3*01:01+DRB3*02:02"): ("contradicts", 0),
    ("DRB3*01:01+DRB3*NNNN", "DRB3*01:01"): ("compatible", 4),
    ("DRB3*01:01+DRB3*NNNN", "DRB3*01:01+DRB3*XXXX"): ("compatible", 4),
    ("DRB3*01:01+DRB3*NNNN", "DRB3*01:01+DRB3*01:01"): ("compatible", 4),
    ("DRB3*02:02+DRB3*NNNN", "DRB3*01:01+DRB3*01:01"): ("contradicts", 0),
    ("A*99:99+A*02:01", "A*01:01+A*02:01"): ("unread", 0),
}


@pytest.fixture(scope="module")
def comparison(mini: Release) -> Comparison:
    return Comparison(mini.allowed)


def stated(text: str) -> Stated:
    state = "two_copies" if "+" in text else "one_stated"
    return Stated(state, "".join(f"HLA-{part}" if part[0] in "AD" else part for part in _parts(text)))


def _parts(text: str) -> list[str]:
    for sign in "+/|":
        text = text.replace(sign, f" {sign} ")
    return text.split()


@pytest.mark.parametrize(("pair", "expected"), CASES.items(), ids=[" : ".join(pair) for pair in CASES])
def test_what_two_typings_are_to_each_other(
    pair: tuple[str, str], expected: tuple[str, int], comparison: Comparison
) -> None:
    one, other = map(stated, pair)
    assert comparison.compare(one, other) == comparison.compare(other, one) == Compared(*expected)


def test_an_absent_gene_contradicts_any_copy_of_it(comparison: Comparison) -> None:
    absent, copy = Stated("absent", None), Stated("one_stated", "HLA-DRB4*01:01")
    assert comparison.compare(absent, copy) == comparison.compare(copy, absent) == ("contradicts", 0)
    assert comparison.compare(absent, absent).verdict == "same"


@pytest.mark.parametrize("state", ["failed", "not_tested"])
def test_what_failed_or_was_not_tested_contradicts_nothing(state: str, comparison: Comparison) -> None:
    silent = Stated(state, None)
    for other in (Stated("absent", None), stated("A*01:01"), silent):
        assert comparison.compare(silent, other).verdict == "unread"


def test_several_genes_in_one_statement_are_not_judged(comparison: Comparison) -> None:
    both = Stated("two_copies", "HLA-DRB3*01:01~HLA-DRB1*03:01+HLA-DRB4*01:01~HLA-DRB1*04:01")
    assert comparison.compare(both, Stated("one_stated", "HLA-DRB1*03:01")).verdict == "unread"


NAMES = st.sampled_from(
    ["A*01:01", "A*01:01:01:01", "A*01:01:01:02N", "A*01:XX", "A*02:01:01G", "A*02:01P", "A*24:09N", "A*24:02:01:02L"]
)
WORDS = st.sampled_from(["A*NEW", "A*01:NEW", "A*XXXX", "A*NNNN"])
COPY = st.lists(NAMES | WORDS, min_size=1, max_size=3, unique=True).map("/".join)
GENOTYPE = st.lists(COPY, min_size=1, max_size=2).map("+".join)
TYPING = st.lists(GENOTYPE, min_size=1, max_size=3, unique=True).map("|".join)


@given(one=TYPING, other=TYPING)
def test_order_of_typings_copies_and_alternatives_makes_no_difference(
    one: str, other: str, comparison: Comparison
) -> None:
    turned = "|".join(
        "+".join("/".join(reversed(copy.split("/"))) for copy in reversed(each.split("+")))
        for each in reversed(one.split("|"))
    )
    expected = comparison.compare(stated(one), stated(other))
    assert comparison.compare(stated(other), stated(turned)) == expected


@given(one=TYPING, more=GENOTYPE)
def test_a_typing_contradicts_none_that_only_adds_alternatives(one: str, more: str, comparison: Comparison) -> None:
    assert comparison.compare(stated(one), stated(f"{one}|{more}")).verdict in ("same", "compatible")
