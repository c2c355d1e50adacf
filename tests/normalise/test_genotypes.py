"""What a GL String says has to be possible for one person, whatever the names are."""

import pytest

from pipeline.normalise.genotypes import genotype_flags
from pipeline.normalise.glstring import read

POSSIBLE = [
    "A*01:01/A*02:01+A*03:01",
    "A*01:01+A*01:01^B*07:02+B*08:01",
    "A*01:01+A*02:01|A*03:01+A*11:01",
    "DRB3*01:01+DRB4*01:03",
    "DRB4*01:03?DRB3*01:01",
    "DRB1*15:01~DRB5*01:01+DRB1*03:01~DRB3*01:01",
    "DRB1*15:01~DRB5*01:01+DRB1*08:01",
    "DRB1*15:01~DQB1*06:02+DRB1*03:01~DRB3*01:01~DQB1*02:01",
]
CONTRADICTORY = [
    "A*01:01+B*08:01",
    "A*01:01/B*08:01",
    "DRB3*01:01/DRB4*01:03",
    "A*01:01|B*08:01",
    "A*01:01+A*02:01^A*03:01",
    "A*01:01~A*02:01",
    "A*01:01~B*08:01+A*02:01",
    "DRB1*15:01~DRB5*01:01+DRB5*02:02",
]


@pytest.mark.parametrize("written", POSSIBLE)
def test_possible_for_one_person(written: str) -> None:
    assert list(genotype_flags(read(written).tree)) == []


@pytest.mark.parametrize("written", CONTRADICTORY)
def test_genes_that_contradict_each_other(written: str) -> None:
    found = read(written)
    assert [(flag.code, flag.token, flag.severity) for flag in genotype_flags(found.tree)] == [
        ("genes_contradict", str(found), "error")
    ]


def test_every_genotype_with_a_third_copy_is_pointed_out() -> None:
    written = read("A*01:01+A*02:01+A*02:01|A*01:01+A*02:01^B*07:02+B*08:01+B*08:01+B*44:02").tree
    assert [(flag.code, flag.severity, flag.message[:8]) for flag in genotype_flags(written)] == [
        ("more_than_two_copies", "warning", "3 copies"),
        ("more_than_two_copies", "warning", "4 copies"),
    ]
