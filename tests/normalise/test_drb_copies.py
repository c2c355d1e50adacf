"""How many copies of DRB3, DRB4 and DRB5 a DRB1 typing lets expect: a table of DRB1 against what is stated."""

import pytest

from parsers.records import LocusTyping, TypingReport
from parsers.typing_states import state_of
from pipeline.normalise.drb_copies import copy_flags
from pipeline.normalise.nomenclature.release import Release
from pipeline.normalise.typing import TypingNormaliser


def typing(locus: str, expression: str) -> LocusTyping:
    return LocusTyping(locus=locus, state=state_of(expression), expression=expression)


def loci_of(drb1: str, stated: dict[str, str]) -> list[LocusTyping]:
    return [typing("DRB1", drb1), *(typing(locus, expression) for locus, expression in stated.items())]


def doubted(drb1: str, **stated: str) -> list[str]:
    return [flag.token for _, flag in copy_flags(loci_of(drb1, stated)) if flag.severity == "warning"]


@pytest.mark.parametrize(
    ("drb1", "stated", "contradicts"),
    [
        ("DRB1*03:01+DRB1*15:01", {"DRB3": "DRB3*01:01", "DRB4": "DRB4*NNNN", "DRB5": "DRB5*01:01"}, []),
        ("DRB1*03:01+DRB1*15:01", {"DRB3": "DRB3*01:01+DRB3*01:01"}, []),  # software doubles a single copy
        ("DRB1*03:01+DRB1*15:01", {"DRB3": "DRB3*01:01+DRB3*02:02"}, ["DRB3"]),
        ("DRB1*03:01+DRB1*15:01", {"DRB3": "DRB3*NNNN"}, ["DRB3"]),
        ("DRB1*03:01+DRB1*11:01", {"DRB3": "DRB3*01:01+DRB3*02:02"}, []),
        ("DRB1*03:01+DRB1*11:01", {"DRB3": "DRB3*01:01"}, []),  # the second copy may be the same allele
        ("DRB1*04:01+DRB1*04:01", {"DRB4": "DRB4*01:01"}, []),
        ("DRB1*01:01+DRB1*08:01", {"DRB3": "DRB3*01:01", "DRB4": "DRB4*01:01", "DRB5": "DRB5*NNNN"}, ["DRB3", "DRB4"]),
        ("DRB1*04:01/DRB1*04:04+DRB1*16:01", {"DRB4": "DRB4*NNNN", "DRB5": "DRB5*02:02"}, ["DRB4"]),
        ("DRB1*15:AB+DRB1*15:XX", {"DRB5": "DRB5*01:01+DRB5*01:02"}, []),
        ("DRB1*02:XX+DRB1*05:XX", {"DRB5": "DRB5*01:01", "DRB3": "DRB3*NNNN"}, ["DRB3"]),
    ],
)
def test_the_copies_stated_are_held_against_those_expected(
    drb1: str, stated: dict[str, str], contradicts: list[str]
) -> None:
    assert doubted(drb1, **stated) == contradicts


@pytest.mark.parametrize(
    ("drb1", "together", "contradicts"),
    [
        ("DRB1*03:01+DRB1*04:01", "DRB3*01:01+DRB4*01:03", []),
        ("DRB1*03:01+DRB1*04:01", "DRB3*01:01+DRB3*02:02", ["DRB3", "DRB4"]),
        ("DRB1*03:01+DRB1*04:01", "DRB3*01:01+DRB3*02:ANNNN", ["DRB3", "DRB4"]),  # a code, and not the word NNNN
        ("DRB1*03:01+DRB1*04:01", "DRB3*01:01+DRB3*02:ANEW", ["DRB3", "DRB4"]),
        ("DRB1*03:01+DRB1*04:01", "DRB3*01:01+DRB3*01:01", ["DRB4"]),
        ("DRB1*03:01+DRB1*08:01", "DRB3*01:01+DRBX*NNNN", []),
        ("DRB1*03:01+DRB1*08:01", "DRBX*NNNN+DRBX*NNNN", ["DRB3"]),
        ("DRB1*03:01+DRB1*04:01", "DRB3*01:01", []),  # nothing is said of the other haplotype
        ("DRB1*04:01+DRB1*04:01", "DRB3*01:01", ["DRB3", "DRB4"]),
        ("DRB1*03:01+DRB1*04:01", "DRB3*01:01+DRB4*XXXX", []),
        ("DRB1*03:01+DRB1*04:01", "DRB3*01:01+DRB3*02:02|DRB3*01:01+DRB4*01:03", []),
        ("DRB1*03:01+DRB1*04:01", "DRB3*01:01+DRB3*02:02+DRB5*01:01", []),  # three copies: which of them are right?
    ],
)
def test_a_result_that_holds_the_three_genes_together(drb1: str, together: str, contradicts: list[str]) -> None:
    assert doubted(drb1, **{"DRB3/4/5": together}) == contradicts


@pytest.mark.parametrize(
    ("drb1", "stated"),
    [
        ("DRB1*01:01+DRB1*08:01", {"DRB5": "DRB5*01:01"}),
        ("DRB1*07:01+DRB1*08:01", {"DRB4": "DRB4*NNNN"}),
        ("DRB1*07:01+DRB1*04:01", {"DRB3/4/5": "DRB4*01:01+DRBX*NNNN"}),
    ],
)
def test_what_a_known_haplotype_explains_is_only_worth_knowing(drb1: str, stated: dict[str, str]) -> None:
    ((_, flag),) = copy_flags(loci_of(drb1, stated))
    assert (flag.code, flag.severity) == ("drb345_copies", "info")
    assert flag.message.endswith("such haplotypes are known")


def test_a_null_drb4_is_a_copy() -> None:
    assert not copy_flags(loci_of("DRB1*07:01+DRB1*15:01", {"DRB4": "DRB4*01:03:01:02N"}))


@pytest.mark.parametrize(
    "drb1",
    [
        "DRB1*03:01",  # the second copy is not stated
        "DRB1*03:01/DRB1*15:01+DRB1*01:01",  # the alternatives lie beside different genes
        "DRB1*03:01+DRB1*15:01|DRB1*03:02+DRB1*15:02",
        "DRB1*01:01~DQB1*02:01+DRB1*01:01~DQB1*06:02",  # what lies beside DQB1 is not asked
        "DRB1*03:01+DRB1*15:NEW",
        "DRB1*03:01+DRB1*15:01+DRB1*04:01",
        "DRB1*0301+DRB1*1501",  # names without colons are not taken apart
        "DRB1*99:01+DRB1*01:01",
        "",
    ],
)
def test_a_drb1_that_leaves_it_open_lets_nothing_be_said(drb1: str) -> None:
    assert doubted(drb1, DRB3="DRB3*NNNN", DRB4="DRB4*NNNN", DRB5="DRB5*NNNN") == []


def test_a_failed_locus_and_one_that_was_not_typed_contradict_nothing() -> None:
    assert doubted("DRB1*03:01+DRB1*03:01", DRB3="") == []
    assert doubted("DRB1*03:01+DRB1*03:01") == []
    assert copy_flags([typing("DRB3", "DRB3*01:01")]) == ()


def test_two_statements_of_drb1_leave_it_open() -> None:
    twice = [*loci_of("DRB1*03:01+DRB1*03:01", {"DRB3": "DRB3*NNNN"}), typing("DRB1", "DRB1*01:01+DRB1*01:01")]
    assert copy_flags(twice) == ()


def test_the_doubt_stands_with_its_locus_whatever_the_format(mini: Release) -> None:
    loci = (*loci_of("DRB1*03:01+DRB1*15:01", {"DRB3": "DRB3*NNNN", "DRB5": "DRB5*01:01"}), typing("A", "A*01:01"))
    found = TypingNormaliser(mini).normalise(TypingReport(format="lab_table", sample="S", loci=loci))
    assert {each.locus: [flag.code for flag in each.doubts] for each in found.loci if each.doubts} == {
        "DRB3": ["drb345_copies"]
    }


def test_a_displaced_allele_is_one_mistake(mini: Release) -> None:
    loci = tuple(loci_of("DRB1*03:01+DRB1*15:01", {"DRB3": "A*01:01+A*02:01"}))
    found = TypingNormaliser(mini).normalise(TypingReport(format="lab_table", sample="S", loci=loci))
    assert not [each for each in found.loci if each.doubts]
