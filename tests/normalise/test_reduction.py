"""Whole GL Strings reduced: canonical, one out for one in, refused as a whole."""

from pathlib import Path

import pytest

from pipeline.normalise.nomenclature.history import read_history
from pipeline.normalise.nomenclature.release import Mode, Reference, Release
from pipeline.normalise.nomenclature.release_files import LocusNames
from pipeline.normalise.reduction import reduce_glstring

CASES: list[tuple[str, Mode, str]] = [
    ("A*02:01:01:01+A*01:32", "lgx", "HLA-A*01:01+HLA-A*02:01"),
    ("A*01:01:01:01/A*01:32+A*02:09", "G", "HLA-A*01:01:01G+HLA-A*02:01:01G"),
    ("A*01:01+A*02:01|A*01:32+A*02:09", "P", "HLA-A*01:01P+HLA-A*02:01P"),
    ("B*07:02~A*01:01:01:01+B*08:01~A*02:01", "lgx", "HLA-B*07:02~HLA-A*01:01+HLA-B*08:01~HLA-A*02:01"),
    ("A*02", "lgx", "HLA-A*02:01/HLA-A*02:05"),
    ("A*02", "G", "HLA-A*02:01:01G/HLA-A*02:05"),
    ("A*02", "P", "HLA-A*02:01P/HLA-A*02:05"),
    ("DRB4*01:03+DRB3*02:02", "lgx", "HLA-DRB3*02:02+HLA-DRB4*01:01"),
    ("B*07:61^A*01:32", "lgx", "HLA-A*01:01^HLA-B*07:02"),
]


@pytest.mark.parametrize(("written", "mode", "expected"), CASES)
def test_reduced(mini: Release, written: str, mode: Mode, expected: str) -> None:
    found = reduce_glstring(written, mode, mini)
    assert (found.output, found.flags) == (expected, ())


@pytest.mark.parametrize(
    ("written", "code"),
    [("A*01:01+A*99:99", "unknown_allele"), ("A*01:01+", "malformed_name"), ("A*02:AB", "mac_not_installed"),
     ("A*02:01/05", "ambiguous_abbreviation"), ("A*01:01+A*01:01+A*02:01", "more_than_two_copies"),
     ("A*01:01:01:01+B*07:02", "genes_contradict"), ("A*01:01/B*07:02", "genes_contradict")],
)  # fmt: skip
def test_refused(mini: Release, written: str, code: str) -> None:
    found = reduce_glstring(written, "lgx", mini)
    assert (found.output, [flag.code for flag in found.flags]) == ("", [code])


def test_a_null_allele_in_a_group_is_pointed_out(mini: Release) -> None:
    found = reduce_glstring("A*24:09N+A*01:11N", "lgx", mini)
    assert found.output == "HLA-A*01:11N+HLA-A*24:02"
    assert [(flag.code, flag.token, flag.severity) for flag in found.flags] == [
        ("null_in_group", "HLA-A*24:09N", "info")
    ]


LETTERS: list[tuple[str, Mode, str, bool]] = [
    ("A*02:01:01:02L", "lgx", "HLA-A*02:01", True), ("A*02:01:01:02L", "exon", "HLA-A*02:01:01L", False),
    ("B*44:02:01:02S", "P", "HLA-B*44:02P", True), ("B*44:02:01:02S", "1F", "HLA-B*44", True),
    ("A*02:01:01:02L", "S", "HLA-A2", False), ("A*23:17:01Q", "lg", "HLA-A*23:17g", True),
]  # fmt: skip


@pytest.mark.parametrize(("name", "mode", "expected", "told"), LETTERS)
def test_a_letter_that_gets_lost_is_pointed_out(
    mini: Release, name: str, mode: Mode, expected: str, told: bool
) -> None:
    found = reduce_glstring(name, mode, mini)
    assert (found.output, "expression_not_told" in [flag.code for flag in found.flags]) == (expected, told)


def test_a_string_that_grows_beyond_the_limit_when_its_prefixes_are_written_is_refused_like_any_other(
    mini: Release,
) -> None:
    found = reduce_glstring("^".join(["A*01:01:01:01"] * 71_000), "lgx", mini)
    assert (found.output, [(flag.code, flag.position) for flag in found.flags]) == ("", [("genes_contradict", 1)])


@pytest.fixture
def reused(tmp_path: Path) -> Release:
    """A release of today in which A*01:02 is another allele than in 0.1.0, and A*01:03 one that 0.1.0 had not."""
    write_list(tmp_path, "0.1.0", "T1,A*01:01\nT2,A*01:02\nT4,A*01:04\n")
    names = LocusNames(alleles={"01:01": "T1", "01:09": "T2", "01:02": "T3", "01:03": "T5"})
    reference = Reference(history=lambda: read_history([tmp_path]))
    return Release("0.2.0", "Invented", ("A",), {"A": names}.__getitem__, reference)


def write_list(folder: Path, version: str, rows: str) -> None:
    (folder / "Allelelist.txt").write_text(f"# version: Invented, version {version}\nAlleleID,Allele\n{rows}")


@pytest.mark.parametrize(
    ("written", "flags"),
    [("hla#0.1.0#A*01:01+A*01:03", [("release_differs", 5)]),
     ("hla#0.1.0#A*01:01+A*01:02", [("name_of_another_allele", 19)]),
     ("hla#0.2.0#A*01:01+A*01:02", []), ("hla#0.2#A*01:01+A*01:02", []),
     ("hla#2019-05-01#A*01:02", [("release_differs", 5)]), ("hla#x#A*01:02", [("release_differs", 5)])],
)  # fmt: skip
def test_a_name_that_passed_to_another_allele_since_the_code_was_written_is_refused(
    reused: Release, written: str, flags: list[tuple[str, int]]
) -> None:
    found = reduce_glstring(written, "W", reused)
    assert [(flag.code, flag.position) for flag in found.flags] == flags
    assert bool(found.output) == (not any(flag.severity == "error" for flag in found.flags))


def test_what_was_meant_is_told(reused: Release) -> None:
    (flag,) = reduce_glstring("hla#0.1.0#A*01:02", "W", reused).flags
    assert "it is now HLA-A*01:09" in flag.message
