"""What the invented mini-release says of names, and what names reduce to."""

from pathlib import Path

import pytest

from pipeline.normalise.nomenclature.history import read_history
from pipeline.normalise.nomenclature.release import MODES, Mode, Reference, Release, UnknownName
from pipeline.normalise.nomenclature.release_files import Deleted, LocusNames

STATUS = [
    ("A*01:01:01:01", "current"),
    ("HLA-A*01:01:01:01", "current"),
    ("A*01:01", "prefix"),
    ("A*01:01:01", "prefix"),
    ("A*01", "prefix"),
    ("DRB4*01:03N", "prefix"),
    ("A*01:01:01:01N", "unknown"),
    ("A*02:01:99:99", "unknown"),
    ("A*99:99", "unknown"),
    ("A*01:01:01:02", "unknown"),
    ("A*01:11", "unknown"),
    ("DBQ1*02:01", "unknown"),
    ("A*01:01:01G", "G"),
    ("A*01:02:01G", "unknown"),
    ("A*01:01P", "P"),
    ("A*24:09P", "unknown"),
    ("A*02:XX", "XX"),
    ("A*77:XX", "unknown"),
    ("A*02:AAUW", "MAC"),
    ("DRB4*NNNN", "word"),
    ("A*01:NEW", "word"),
    ("A*0201", "old"),
    ("Cw*0702", "old"),
    ("A*24CECH", "MAC"),
    ("A*02XX", "old"),
    ("Cw*07:02", "renamed"),
    ("Cw*99:99", "unknown"),
    ("Cw*zork", "malformed"),
    ("A*w02:01", "malformed"),
    ("DPB1*1001", "old"),
    ("A*01:new", "word"),
    ("A*02:01new", "word"),
    ("A*02:01:01:01new", "word"),
    ("A*02:01v1", "word"),
    ("A*02:01:01:01e12", "word"),
    ("A*02:01NEW", "word"),
    ("A*02:01:v1", "malformed"),
    ("A*02:01v", "malformed"),
    ("A*v1", "malformed"),
    ("A*x01:new", "malformed"),
    ("A*01::01", "malformed"),
    ("A*01:01X", "malformed"),
    ("A*03:44", "deleted"),
    ("A*0105N", "deleted"),
    ("MICA*008", "prefix"),
]


@pytest.mark.parametrize(("name", "kind"), STATUS)
def test_status(mini: Release, name: str, kind: str) -> None:
    assert mini.status(name).kind == kind


def test_a_deleted_name_names_its_successor_and_the_reason(mini: Release) -> None:
    status = mini.status("DRB1*04:77")
    assert status.successor == "DRB1*04:02:01"
    assert status.reason == "Sequence invented; renamed DRB1*04:02:01 (April 2021)"
    assert mini.status("B*35:99").successor == ""


def test_what_a_release_knows_of_an_allele(mini: Release) -> None:
    assert mini.version == "0.1.0"
    assert mini.accession("A*01:01:01:01") == "XHLA00001"
    assert mini.accession("A*01:01") is None
    assert mini.g_group("A*24:09N") == "HLA-A*24:02:01G"
    assert mini.p_group("A*24:09N") is None
    assert mini.g_group("A*01:02:01") is None
    assert mini.p_group("A*02:01:01:02L") == "HLA-A*02:01P"


def test_expansion(mini: Release) -> None:
    assert mini.expand("DRB4*01:03") == ("HLA-DRB4*01:03:01:01", "HLA-DRB4*01:03:01:02N")
    assert mini.expand("DRB4*01:03N") == ("HLA-DRB4*01:03:01:02N",)
    assert mini.expand("DQB1*02:01P") == ("HLA-DQB1*02:01:01:01", "HLA-DQB1*02:02:01:01")
    assert mini.expand("MICA*008:XX") == mini.expand("MICA*008") == ("MICA*008:01:01", "MICA*008:01:02")
    assert mini.expand("A*99:99") == ()


REDUCTIONS: list[tuple[str, Mode, str]] = [
    ("A*01:01:01:01", "G", "A*01:01:01G"),
    ("A*01:01:01:02N", "G", "A*01:01:01G"),
    ("A*01:02:01", "G", "A*01:02:01"),
    ("A*01:01", "G", "A*01:01:01G"),
    ("A*01:01P", "G", "A*01:01:01G"),
    ("A*01:01:01G", "G", "A*01:01:01G"),
    ("A*02:01:01:01/A*24:09N", "G", "A*02:01:01G/A*24:02:01G"),
    ("A*01:01:01:01", "P", "A*01:01P"),
    ("A*01:01:01:02N", "P", "A*01:01:01:02N"),
    ("A*01:01N", "P", "A*01:01:01:02N"),
    ("A*01:02:01", "P", "A*01:02:01"),
    ("A*01:01:01G", "P", "A*01:01P"),
    ("A*01:32", "lgx", "A*01:01"),
    ("A*01:01:02", "lgx", "A*01:01"),
    ("DQB1*02:02:01:01", "lgx", "DQB1*02:01"),
    ("A*02:05:01", "lgx", "A*02:05"),
    ("A*24:09N", "lgx", "A*24:02"),
    ("A*01:11N", "lgx", "A*01:11N"),
    ("A*01:04:01:01N", "lgx", "A*01:04N"),
    ("A*01:04", "lgx", "A*01:04N"),
    ("A*01:11N", "P", "A*01:11N"),
    ("DRB3*03:XX", "P", "DRB3*03:01"),
    ("A*01:XX", "G", "A*01:01:01G/A*01:02/A*01:04:01:01N/A*01:04:01:02N/A*01:11N"),
    ("MICA*008:01:01", "lgx", "MICA*008:01:01"),
    ("DRB4*NNNN", "lgx", "DRB4*NNNN"),
]


@pytest.mark.parametrize(("token", "mode", "expected"), REDUCTIONS)
def test_reduction(mini: Release, token: str, mode: Mode, expected: str) -> None:
    assert {name.removeprefix("HLA-") for name in mini.reduce(token, mode)} == set(expected.split("/"))


@pytest.mark.parametrize("name", ["A*99:99", "A*03:44", "A*02:AAUW", "A*0201", "A*01:01:01:01N", "A*01:01/A*99:99"])
@pytest.mark.parametrize("mode", MODES)
def test_a_name_that_is_not_held_is_not_reduced(mini: Release, name: str, mode: Mode) -> None:
    with pytest.raises(UnknownName):
        mini.reduce(name, mode)


MATCHED = [
    ("A*01:01:01:01", "A*01:01P"),
    ("A*01:01", "A*01:01P"),
    ("A*01:01:01G", "A*01:01P"),
    ("A*01:01:01:02N", "A*01:01:01:02N"),
    ("A*01:11N", "A*01:11N"),
    ("A*01:04", "A*01:04:01:01N/A*01:04:01:02N"),
    ("A*01:02:01", "A*01:02"),
    ("A*02:01:01:01/A*24:09N", "A*02:01P/A*24:09N"),
    ("DRB4*01:03N", "DRB4*01:03:01:02N"),
    ("B*15:XX", "B*15:01/B*15:01:01:02N/B*15:02"),
    ("B*15", "B*15:01/B*15:01:01:02N/B*15:02"),
    ("DRB4*NNNN", ""),
    ("A*99:99", ""),
]


@pytest.mark.parametrize(("token", "proteins"), MATCHED)
def test_match_groups(mini: Release, token: str, proteins: str) -> None:
    expected = {name for name in proteins.split("/") if name}
    assert {name.removeprefix("HLA-") for name in mini.match_groups(token)} == expected


@pytest.mark.parametrize(
    ("name", "marked"),
    [
        ("A*01:04", "HLA-A*01:04N"),
        ("A*01:04:01", "HLA-A*01:04:01N"),
        ("A*01:04:01:01N", "HLA-A*01:04:01:01N"),
        ("A*01:01", "HLA-A*01:01"),
        ("A*24:XX", "HLA-A*24:XX"),
        ("HLA-A*NEW", "HLA-A*NEW"),
    ],
)
def test_a_short_name_of_null_alleles_gets_the_n_that_it_left_out(mini: Release, name: str, marked: str) -> None:
    assert mini.marked(name) == marked


def test_a_null_allele_never_matches_an_expressed_one(mini: Release) -> None:
    for gene in mini.loci:
        alleles = [f"{gene}*{fields}" for fields in mini.locus(gene).names.alleles]
        nulls = [name for name in alleles if mini.is_null(name)]
        expressed = frozenset().union(*(mini.match_groups(name) for name in alleles if name not in nulls))
        for name in nulls:
            assert all(group.endswith("N") for group in mini.match_groups(name))
            assert not mini.match_groups(name) & expressed
    assert mini.is_null("A*01:04")
    assert not mini.is_null("A*01:01")


@pytest.fixture
def with_history(tmp_path: Path) -> Release:
    """Today, beside an allele list of before: A*01:05 was extended, A*01:06 found to be null, A*01:07 given up."""
    rows = "T1,A*01:05\nT2,A*01:06\nT3,A*01:07\n"
    (tmp_path / "Allelelist.txt").write_text(f"# version: Invented, version 0.1.0\nAlleleID,Allele\n{rows}")
    names = LocusNames(
        alleles={"01:55:01": "T1", "01:06N": "T2"}, deleted={"01:06": Deleted("", "Sequence renamed (invented)")}
    )
    reference = Reference(history=lambda: read_history([tmp_path]))
    return Release("0.2.0", "Invented", ("A",), {"A": names}.__getitem__, reference)


@pytest.mark.parametrize(
    ("name", "kind", "successor"),
    [("A*01:05", "deleted", "A*01:55:01"), ("A*01:06", "deleted", "A*01:06N"), ("A*01:07", "deleted", ""),
     ("A*01:08", "unknown", "")],
)  # fmt: skip
def test_every_name_ever_used_says_what_its_allele_is_called_today(
    with_history: Release, name: str, kind: str, successor: str
) -> None:
    status = with_history.status(name)
    assert (status.kind, status.successor) == (kind, successor)


def test_a_gene_that_nobody_knows_is_not_remembered(mini: Release) -> None:
    for number in range(100):
        assert mini.status(f"KIR{number}*001").kind == "unknown"
    assert not any(gene.startswith("KIR") for gene in mini._open)
