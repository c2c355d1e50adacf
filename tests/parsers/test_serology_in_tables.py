"""Antigens in a table of GL Strings are a typing by serology, told as the other formats tell it."""

import pytest

from parsers.format import Document
from parsers.formats.glstring_table import parse


def report_of(glstring: str):
    (report,) = parse(Document(f"id,glstring\nD9,{glstring}\n".encode())).reports
    return report


@pytest.mark.parametrize(
    ("glstring", "locus", "state"),
    [
        ("A1+A2", "A", "two_copies"),
        ("HLA-A1+HLA-A2", "A", "two_copies"),
        ("B7", "B", "one_stated"),
        ("Cw7+Cw7", "C", "homozygous_stated"),
        ("DR17+DR4", "DRB1", "two_copies"),
        ("DR53", "DRB4", "one_stated"),
        ("A24(9)+A1", "A", "two_copies"),
        ("Cw9(w3)+Cw7", "C", "two_copies"),
        ("DQ7+DQ8", "DQB1", "two_copies"),
    ],
)
def test_antigens_are_serology_of_their_gene(glstring, locus, state):
    report = report_of(glstring)
    (found,) = report.loci
    assert (found.locus, found.state, found.method, found.reported, found.expression) == (
        locus, state, "SER", glstring, ""
    )  # fmt: skip
    assert [(each.code, each.locus) for each in report.findings] == [("serology", locus)]


def test_antigens_beside_alleles_of_one_locus_are_not_sorted_out():
    report = report_of("A1+A*02:01")
    assert [each.code for each in report.findings] == ["malformed_glstring"]


@pytest.mark.parametrize("glstring", ["Cw*0702+Cw*0701", "Cw*07:02+HLA-Cw*07:01", "Cw:0702"])
def test_cw_is_the_gene_c(glstring):
    (found,) = report_of(glstring).loci
    assert (found.locus, found.reported) == ("C", glstring)
