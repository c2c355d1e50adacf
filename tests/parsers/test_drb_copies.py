"""How many copies of DRB3, DRB4 and DRB5 a DRB1 typing lets expect: a table of DRB1 against what is stated."""

import pytest

from parsers.drb_copies import contradicting
from parsers.records import LocusTyping
from parsers.typing_states import state_of


def typing(locus, expression):
    return LocusTyping(locus=locus, state=state_of(expression), expression=expression)


def told(drb1, **stated):
    loci = [typing("DRB1", drb1), *(typing(locus, expression) for locus, expression in stated.items())]
    return contradicting(loci)


@pytest.mark.parametrize(
    ("drb1", "stated", "contradicts"),
    [
        ("DRB1*03:01+DRB1*15:01", {"DRB3": "DRB3*01:01", "DRB4": "DRB4*NNNN", "DRB5": "DRB5*01:01"}, ()),
        ("DRB1*03:01+DRB1*15:01", {"DRB3": "DRB3*01:01+DRB3*01:01"}, ()),  # software doubles a single copy
        ("DRB1*03:01+DRB1*15:01", {"DRB3": "DRB3*01:01+DRB3*02:02"}, ("DRB3",)),
        ("DRB1*03:01+DRB1*15:01", {"DRB3": "DRB3*NNNN"}, ("DRB3",)),
        ("DRB1*03:01+DRB1*11:01", {"DRB3": "DRB3*01:01+DRB3*02:02"}, ()),
        ("DRB1*03:01+DRB1*11:01", {"DRB3": "DRB3*01:01"}, ()),  # the second copy may be the same allele
        ("DRB1*04:01+DRB1*04:01", {"DRB4": "DRB4*01:01"}, ()),
        ("DRB1*01:01+DRB1*08:01", {"DRB3": "DRB3*01:01", "DRB4": "DRB4*01:01", "DRB5": "DRB5*NNNN"}, ("DRB3", "DRB4")),
        ("DRB1*07:01/DRB1*07:04+DRB1*16:01", {"DRB4": "DRB4*NNNN", "DRB5": "DRB5*02:02"}, ("DRB4",)),
        ("DRB1*15:AB+DRB1*15:XX", {"DRB5": "DRB5*01:01+DRB5*01:02"}, ()),
    ],
)
def test_the_copies_stated_are_held_against_those_expected(drb1, stated, contradicts):
    assert told(drb1, **stated) == contradicts


@pytest.mark.parametrize(
    "drb1",
    [
        "DRB1*03:01",  # the second copy is not stated
        "DRB1*03:01/DRB1*15:01+DRB1*01:01",  # the alternatives lie beside different genes
        "DRB1*03:01+DRB1*15:01|DRB1*03:02+DRB1*15:02",
        "DRB1*0301+DRB1*1501",  # names without colons are not taken apart
        "DRB1*99:01+DRB1*01:01",
        "",
    ],
)
def test_a_drb1_that_leaves_it_open_lets_nothing_be_said(drb1):
    assert told(drb1, DRB3="DRB3*NNNN", DRB4="DRB4*NNNN", DRB5="DRB5*NNNN") == ()


def test_a_failed_locus_and_one_that_was_not_typed_contradict_nothing():
    assert told("DRB1*03:01+DRB1*03:01", DRB3="") == ()
    assert told("DRB1*03:01+DRB1*03:01") == ()
    assert contradicting([typing("DRB3", "DRB3*01:01")]) == ()
