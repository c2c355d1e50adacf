"""Two typings of one locus: what they are to each other, as a table; and what holds for any two."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.normalise.comparison import UNSTATED, Compared, Comparison, Stated, comparison_under
from pipeline.normalise.nomenclature.release import Release
from pipeline.normalise.serology import antigens_told

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
    ("A*02:01+A*01:01:NEW", "A*02:01+A*01:01"): ("contradicts", 1),
    ("A*02:01+A*01:01:01:01:NEW", "A*02:01+A*01:01:01:01"): ("contradicts", 1),
    ("A*02:01+A*01:01:NEW", "A*02:01+A*01:NEW"): ("compatible", 4),
    ("A*02:01+A*01:NEW", "A*02:01+A*01:XX"): ("compatible", 4),
    ("A*02:01+A*01:NEW", "A*02:01"): ("compatible", 4),
    ("DRB3*01:01+DRB3*NNNN", "DRB3*02:02+DRB3*NNNN"): ("contradicts", 0),
    ("DRB3*01:01+DRB3*NNNN", "DRB3*01:01+DRB3*02:02"): ("contradicts", 0),
    ("DRB3*01:01+DRB3*NNNN", "DRB3*01:01"): ("compatible", 4),
    ("DRB3*01:01+DRB3*NNNN", "DRB3*01:01+DRB3*XXXX"): ("compatible", 4),
    ("DRB3*01:01+DRB3*NNNN", "DRB3*01:01+DRB3*01:01"): ("compatible", 4),
    ("DRB3*02:02+DRB3*NNNN", "DRB3*01:01+DRB3*01:01"): ("contradicts", 0),
    ("A*99:99+A*02:01", "A*01:01+A*02:01"): ("unread", 0),
    ("A*01:01+A*02:01|A*01:01+A*02:05", "A*01:01+A*02:01/A*02:05"): ("same", 4),
    ("A*01:01+A*02:01|A*01:01+A*01:02", "A*01:01+A*02:01/A*01:02"): ("same", 4),
    ("A*02:01+A*02:05|A*02:01+A*02:01|A*02:05+A*02:05", "A*02:01/A*02:05+A*02:05/A*02:01"): ("same", 4),
    ("A*01:01+A*02:01|A*01:02+A*02:05", "A*01:01/A*01:02+A*02:01/A*02:05"): ("compatible", 4),
    ("A*01:01|A*01:02", "A*01:01/A*01:02"): ("same", 4),
}


IN_PHASE = "A*01:01~B*08:01+A*02:01~B*07:02"
PHASED = {
    # locus and what is said      another                                    at which loci and in phase
    ("A", "A*03:01+A*02:01"): {"A": ("contradicts", 0)},
    ("B", "B*07:02+B*08:01"): {"B": ("same", 4)},
    ("C", "C*07:01+C*07:02"): {},
    ("A", "A*01:01"): {"A": ("compatible", 4)},
    ("A~B", IN_PHASE): {"A": ("same", 4), "B": ("same", 4), "A~B": ("same", 4)},
    ("B~A", "B*08:01~A*01:01+B*07:02~A*02:01"): {"A": ("same", 4), "B": ("same", 4), "A~B": ("same", 4)},
    ("A~B", "A*01:01~B*07:02+A*02:01~B*08:01"): {"A": ("same", 4), "B": ("same", 4), "A~B": ("contradicts", 0)},
    ("A~B", "A*01:01~B*07:02+A*03:01~B*08:01"): {"A": ("contradicts", 0), "B": ("same", 4)},
    ("A~B", f"{IN_PHASE}|A*01:01~B*07:02+A*02:01~B*08:01"): {
        "A": ("same", 4), "B": ("same", 4), "A~B": ("compatible", 4),
    },
    ("A~B~C", "A*01:01~B*07:02~C*07:01+A*02:01~B*08:01~C*07:02"): {
        "A": ("same", 4), "B": ("same", 4), "A~B": ("contradicts", 0),
    },
    ("A~B", "A*01:01~B*08:01"): {"A": ("compatible", 4), "B": ("compatible", 4), "A~B": ("compatible", 4)},
    ("A~B", "A*99:99~B*08:01+A*02:01~B*07:02"): {"A": ("unread", 0), "B": ("same", 4)},
}  # fmt: skip
DRB = "DRB1*15:01~DRB5*01:01+DRB1*03:01~DRB3*01:01"
BESIDE_DRB1 = {
    ("DRB1", "DRB1*03:01+DRB1*15:01"): {"DRB1": ("same", 4)},
    ("DRB3", "DRB3*01:01"): {"DRB3": ("same", 4)},
    ("DRB3", "DRB3*02:02+DRB3*NNNN"): {"DRB3": ("contradicts", 0)},
    ("DRB3", "DRB3*01:01+DRB3*NNNN"): {"DRB3": ("compatible", 4)},
    ("DRB4", "DRB4*01:03"): {},
}


@pytest.fixture(scope="module")
def comparison(mini: Release) -> Comparison:
    return comparison_under(mini)


def stated(text: str) -> Stated:
    state = "two_copies" if "+" in text else "one_stated"
    return Stated(state, "".join(f"HLA-{part}" if part[0] in "ABCD" else part for part in _parts(text)))


def _parts(text: str) -> list[str]:
    for sign in "+/|~":
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


@pytest.mark.parametrize(
    ("said", "other", "expected"),
    [
        *((("A~B", IN_PHASE), other, expected) for other, expected in PHASED.items()),
        *((("DRB1~DRB5", DRB), other, expected) for other, expected in BESIDE_DRB1.items()),
    ],
)
def test_a_typing_in_phase_speaks_of_each_of_its_genes(
    said: tuple[str, str],
    other: tuple[str, str],
    expected: dict[str, tuple[str, int]],
    comparison: Comparison,
) -> None:
    one, two = (stated(text)._replace(locus=locus) for locus, text in (said, other))
    assert dict(comparison.by_locus(one, two)) == dict(comparison.by_locus(two, one)) == expected


def test_a_gene_that_lies_on_a_haplotype_is_not_absent(comparison: Comparison) -> None:
    absent = Stated("absent", None, "DRB3")
    assert dict(comparison.by_locus(stated(DRB), absent)) == {"DRB3": ("contradicts", 0)}
    either = stated(f"{DRB}|DRB1*15:01~DRB5*01:01+DRB1*15:01~DRB5*01:01")
    assert dict(comparison.by_locus(either, absent)) == {}, "one of the genotypes has none"


SEROLOGY = {
    ("A1+A2", "A*01:01+A*02:01"): "compatible",
    ("A9", "A*01:01+A*24:02"): "compatible",  # broad
    ("A203", "A*01:01+A*02:01"): "compatible",  # associated
    ("A3", "A*01:01"): "compatible",  # the other copy is not stated
    ("A1+A3", "A*01:01+A*02:01"): "contradicts",
    ("A2+A24", "A*02:01+A*24:09N"): "contradicts",  # a null allele has no antigen
    ("A2+A2", "A*02:01+A*03:01"): "compatible",
    ("A99", "A*01:01+A*02:01"): "unread",
    ("A1+A2+A3", "A*01:01+A*02:01"): "unread",
    ("A1+Undefined", "A*02:01+A*03:01"): "unread",
    ("A9+A1", "A1+A9"): "same",
    ("A9+A1", "A1+A24"): "compatible",
    ("A9+A1", "A1"): "compatible",
    ("A9+A1", "A2+A24"): "contradicts",
    ("A9+A1", "A1+A99"): "unread",
}


@pytest.mark.parametrize(("pair", "verdict"), SEROLOGY.items())
def test_antigens_contradict_alleles_that_cannot_have_them(
    pair: tuple[str, str], verdict: str, comparison: Comparison, mini: Release
) -> None:
    one, other = (
        stated(text)._replace(locus="A") if "*" in text else Stated("two_copies", None, "A", antigens_told(text, "A"))
        for text in pair
    )
    assert comparison.compare(one, other) == comparison.compare(other, one) == (verdict, 0)
    assert Comparison(mini.allowed).compare(one, other).verdict == "unread"


def test_antigens_contradict_a_gene_that_is_absent(comparison: Comparison) -> None:
    antigen, absent = Stated("one_stated", None, "DRB4", ("DR53",)), Stated("absent", None, "DRB4")
    assert comparison.compare(antigen, absent).verdict == "contradicts"
    assert comparison.compare(antigen, Stated("failed", None, "DRB4")).verdict == "unread"


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


@given(one=TYPING, other=TYPING)
def test_typings_are_the_same_if_they_allow_the_same_genotypes(one: str, other: str, comparison: Comparison) -> None:
    said = comparison.compare(stated(one), stated(other)).verdict
    assert (said == "same") == (genotypes(one, comparison) == genotypes(other, comparison))


def genotypes(text: str, comparison: Comparison) -> set[frozenset[str]]:
    """Every genotype of a typing, written out."""
    found = set()
    for genotype in text.split("|"):
        copies = [readings(copy, comparison) for copy in genotype.split("+")]
        found |= {frozenset(each) for each in product(*copies, *[{"any"}] * (2 - len(copies)))}
    return found


def readings(copy: str, comparison: Comparison) -> set[str]:
    found = [comparison._allowed(f"HLA-{name}") for name in copy.split("/")]
    allowed = [each for each in found if each]
    return {"any"} if UNSTATED in allowed else {name for each in allowed for name in (*each.alleles, *each.novel)}
