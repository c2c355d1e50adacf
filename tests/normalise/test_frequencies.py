"""Alleles that the frequency table of a site calls rare. The table is invented, as the release is."""

import shutil
from pathlib import Path

import pytest

from parsers.records import LocusTyping
from parsers.typing_states import state_of
from pipeline.errors import SiteError
from pipeline.home import BUNDLED
from pipeline.normalise.nomenclature.frequencies import InstalledTable, is_table, list_tables
from pipeline.normalise.nomenclature.install import install_any, open_release
from pipeline.normalise.typing import TypingNormaliser

TABLE = """\
ALLELE,TOTAL,AFA
A*01:01,C,C
A*01:01:01:01,R,R
A*01:02,R,C
A*02:01,I,R
A*02:05,WD,R
A*02:01P,R,R
A*03:01,C,C
A*03:44,C,C
A*11:01,R,R
A*24:09N,R,R
"""


@pytest.fixture
def nomenclature(tmp_path: Path) -> Path:
    shutil.copytree(BUNDLED / "demo" / "nomenclature", tmp_path / "nomenclature" / "0.1.0")
    return tmp_path / "nomenclature"


def install(nomenclature: Path, text: str) -> object:
    path = nomenclature.parent / "table.csv"
    path.write_text(text, encoding="utf-8")
    return install_any(str(path), nomenclature)


def rare(nomenclature: Path, expression: str) -> list[tuple[str, str]]:
    normaliser = TypingNormaliser(open_release(nomenclature))
    locus = expression.partition("*")[0]
    found = normaliser.locus(LocusTyping(locus=locus, state=state_of(expression), expression=expression))
    return [(flag.token, flag.message.rpartition("it is ")[2]) for flag in found.flags if flag.code == "rare_allele"]


@pytest.mark.parametrize(
    ("expression", "copies"),
    [
        ("A*01:01+A*02:05", []),
        ("A*01:01:01:01+A*02:01", []),  # the row of two fields is that of the protein
        ("A*01:02+A*01:01", ["A*01:02 rare"]),
        ("A*01:02:01+A*11:01:01:01", ["A*01:02:01 rare", "A*11:01:01:01 rare"]),
        ("A*01:02/A*01:01+A*02:01", []),  # an alternative is not
        ("A*01:02/A*11:01+A*02:01", ["A*01:02/A*11:01 rare"]),
        ("A*01:02+A*02:01|A*01:01+A*02:05", []),  # nor a genotype
        ("A*24:02+A*01:01", ["A*24:02 not in it"]),
        ("A*24:09N+A*01:01", ["A*24:09N rare"]),
        ("A*03:02+A*01:01", []),  # A*03:44 is A*03:02:01 today
        ("A*01:XX+A*02:XX", []),
        ("A*NEW+A*01:01", []),
        ("B*07:02+B*08:01", []),  # the table names no allele of this gene
    ],
)
def test_a_copy_is_rare_if_each_of_its_alternatives_is(nomenclature: Path, expression: str, copies: list[str]) -> None:
    install(nomenclature, TABLE)
    told = [f"{token.replace('HLA-', '')} {said}" for token, said in rare(nomenclature, expression)]
    assert told == copies


def test_without_a_table_nothing_is_said(nomenclature: Path) -> None:
    assert rare(nomenclature, "A*01:02+A*24:02") == []
    assert list_tables(nomenclature) == ()


def test_a_newer_table_takes_the_place_of_the_one_before(nomenclature: Path) -> None:
    assert install(nomenclature, TABLE) == InstalledTable(10, nomenclature / "frequencies.csv")
    install(nomenclature, "ALLELE,TOTAL\nA*01:02,C\n")
    assert list_tables(nomenclature) == (InstalledTable(1, nomenclature / "frequencies.csv"),)
    assert rare(nomenclature, "A*01:02+A*01:02") == []


@pytest.mark.parametrize("row", ["A*01:02,X", "A*01:02", "A*01:01,C", "HLA,C", ",C"])
def test_a_damaged_table_leaves_the_installed_one_alone(nomenclature: Path, row: str) -> None:
    install(nomenclature, TABLE)
    with pytest.raises(SiteError, match=r"table\.csv:3: found .* expected a name"):
        install(nomenclature, f"ALLELE,TOTAL\nA*01:01,C\n{row}\n")
    assert list_tables(nomenclature)[0].rows == 10


def test_what_is_no_table_is_not_taken_for_one(tmp_path: Path) -> None:
    path = tmp_path / "other.csv"
    for content in (b"", b"NAME,TOTAL\n", b"\xff\xfe"):
        path.write_bytes(content)
        assert not is_table(path)
    assert not is_table(tmp_path)
