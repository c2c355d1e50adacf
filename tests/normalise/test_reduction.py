"""Whole GL Strings reduced: canonical, one out for one in, refused as a whole."""

import pytest

from pipeline.normalise.nomenclature.release import Mode, Release
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
