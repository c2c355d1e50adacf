"""Names that are not understood, or that a person should know of, are flagged where they stand and never coerced."""

from pathlib import Path

import pytest

from pipeline.normalise.nomenclature.history import read_history
from pipeline.normalise.nomenclature.release import Reference, Release
from pipeline.normalise.nomenclature.release_files import LocusNames
from pipeline.normalise.typing import TypingNormaliser
from tests.normalise.typed_loci import locus_of

DOUBTED = [
    ("A*01:01+A*99:99", "unknown_allele", "HLA-A*99:99", "error"),
    ("A*01:01:01:01N+A*02:01", "unknown_allele", "HLA-A*01:01:01:01N", "error"),
    ("A*01:01+A*03:44", "deleted_allele", "HLA-A*03:44", "error"),
    ("A*0105N+A*01:01", "deleted_allele", "HLA-A*0105N", "error"),
    ("A*01:01+A*02:AAUW", "mac_not_installed", "HLA-A*02:AAUW", "warning"),
    ("A*0201+A*01:01", "old_name", "HLA-A*0201", "error"),
    ("A*24CECH+A*01:01", "mac_not_installed", "HLA-A*24CECH", "warning"),
    ("HLA-A:01:01G+A*01:01", "malformed_name", "HLA-A:01:01G", "error"),
    ("A*01:01+B*07:02", "wrong_locus", "HLA-B*07:02", "error"),
    ("A*01:01+", "malformed_name", "", "error"),
    ("A*01:01/02+A*02:01", "ambiguous_abbreviation", "A*01:01/02", "error"),
    ("A*01:01/B*07:02", "wrong_locus", "HLA-B*07:02", "error"),
    ("A*01:01~A*02:01", "genes_contradict", "HLA-A*01:01~HLA-A*02:01", "error"),
    ("A*01:01, A*02:01", "malformed_name", "A*01:01,A*02:01", "error"),
    ("A*01:01+A2", "antigen_among_alleles", "HLA-A2", "error"),
]


def test_a_displaced_allele_is_one_mistake(normaliser: TypingNormaliser) -> None:
    found = locus_of(normaliser, "A*01:01+B*07:02", locus="A")
    assert [flag.code for flag in found.flags] == ["wrong_locus"]


@pytest.mark.parametrize("locus", ["DRB345", "DRB1~DRB5"])
def test_genes_of_one_typing_that_contradict_each_other(normaliser: TypingNormaliser, locus: str) -> None:
    written = "DRB3*02:02/DRB5*02:02" if locus == "DRB345" else "DRB1*15:01~DRB5*01:01+DRB5*02:02"
    found = locus_of(normaliser, written, locus=locus)
    assert found.glstring is None
    assert "genes_contradict" in [flag.code for flag in found.flags]


@pytest.mark.parametrize(("expression", "code", "token", "severity"), DOUBTED)
def test_one_name_that_is_not_understood_leaves_the_locus_without_a_gl_string(
    normaliser: TypingNormaliser, expression: str, code: str, token: str, severity: str
) -> None:
    found = locus_of(normaliser, expression, locus="A")
    assert found.glstring is None
    assert (code, token, severity) in {(flag.code, flag.token, flag.severity) for flag in found.flags}
    assert found.reported == expression


PLACED = [
    ("A*01:01+A*99:99", "A", "unknown_allele", 9),
    (" A*01:01 + A*99:99/A*03:44", "A", "deleted_allele", 20),
    ("A*01:01+A*02:01/A*99:99+A*99:99", "A", "unknown_allele", 17),
    ("A*01:01+B*07:02", "A", "wrong_locus", 9),
    ("A*01:01+A*24:09N", "A", "null_allele", 9),
    ("A*01:01+A*02:AAUW", "A", "mac_not_installed", 9),
    ("A*01:01+A*02:01+A*03:01:01:01", "A", "more_than_two_copies", 1),
    ("A*01:01~A*02:01", "A", "genes_contradict", 1),
    ("DRB3*02:02+DRB3*02:02", "DRB345", "homozygous_drb345", 1),
    ("A*01:01/02+A*02:01", "A", "ambiguous_abbreviation", 9),
    ("A*01:01+", "A", "malformed_name", 9),
    ("A*01:01+Cw*07:02", "A", "old_gene_name", 9),
    ("hla#3.25.0#HLA-A*01:01", "A", "release_differs", 5),
    ("hla#0.1.0#HLA-A*01:01+HLA-A*99:99", "A", "unknown_allele", 23),
]


@pytest.mark.parametrize(("expression", "locus", "code", "position"), PLACED)
def test_a_flag_says_at_which_character_of_the_expression_its_token_stands(
    normaliser: TypingNormaliser, expression: str, locus: str, code: str, position: int
) -> None:
    found = locus_of(normaliser, expression, locus=locus, state="candidates")
    assert [flag.position for flag in found.flags if flag.code == code] == [position]


def test_a_release_that_the_report_states_elsewhere_has_no_place(normaliser: TypingNormaliser) -> None:
    (flag,) = locus_of(normaliser, "A*01:01", stated_release="3.25.0").flags
    assert (flag.code, flag.position) == ("release_differs", None)


def test_a_deleted_name_says_what_became_of_it(normaliser: TypingNormaliser) -> None:
    (flag,) = locus_of(normaliser, "A*03:44").flags
    assert flag.message == (
        "this name was given up; it is now A*03:02:01 "
        "(Sequence invented; shown to be identical to A*03:02:01 (July 2015))"
    )


EXPRESSED = [
    ("A*24:09N+A*01:01", "null_allele", "info"),
    ("DRB4*01:03N", "null_allele", "info"),
    ("A*02:01:01:02L+A*01:01", "low_expression", "info"),
    ("B*44:02:01:02S+B*07:02", "secreted", "info"),
    ("A*23:17:01Q+A*01:01", "questionable_expression", "info"),
    ("A*01:04+A*02:01", "null_allele", "warning"),
]


@pytest.mark.parametrize(("expression", "code", "severity"), EXPRESSED)
def test_expression_is_flagged_and_kept(
    normaliser: TypingNormaliser, expression: str, code: str, severity: str
) -> None:
    found = locus_of(normaliser, expression)
    assert [(flag.code, flag.severity) for flag in found.flags] == [(code, severity)]
    assert found.glstring is not None
    assert all(name.removeprefix("HLA-") in found.glstring for name in expression.split("+"))


@pytest.mark.parametrize(
    ("expression", "glstring"),
    [
        ("A*01:04+A*02:01", "HLA-A*01:04N+HLA-A*02:01"),
        ("A*01:04:01+A*02:01", "HLA-A*01:04:01N+HLA-A*02:01"),
        ("A*01:04/A*01:01+A*02:01|A*01:04+A*02:05", "HLA-A*01:01/HLA-A*01:04N+HLA-A*02:01|HLA-A*01:04N+HLA-A*02:05"),
        ("A*01:01:01:02N+A*01:01", "HLA-A*01:01+HLA-A*01:01:01:02N"),
    ],
)
def test_a_short_name_of_null_alleles_is_written_with_its_n(
    normaliser: TypingNormaliser, expression: str, glstring: str
) -> None:
    found = locus_of(normaliser, expression)
    assert (found.glstring, found.reported) == (glstring, expression)


@pytest.mark.parametrize("code", ["NNNN", "XXXX", "UUUU"])
def test_a_code_that_is_spelt_like_a_word_is_a_code(normaliser: TypingNormaliser, code: str) -> None:
    """Codes run through all letters; `A*02:NNNN` does not say that the gene is absent."""
    found = locus_of(normaliser, f"A*01:01+A*02:{code}")
    assert (found.glstring, [flag.code for flag in found.flags]) == (None, ["mac_not_installed"])


def test_a_name_with_the_wrong_expression_letter_says_what_the_release_holds(normaliser: TypingNormaliser) -> None:
    (flag,) = locus_of(normaliser, "A*01:01:01:02+A*02:01").flags
    assert (flag.code, flag.token) == ("unknown_allele", "HLA-A*01:01:01:02")
    assert "it holds A*01:01:01:02N" in flag.message


@pytest.mark.parametrize("fields", ["9" * 5_000, "01:" + "9" * 5_000, ":" * 50_000, "*" * 50_000, "01:01/" * 20_000])
def test_a_name_without_measure_is_malformed_and_no_more(normaliser: TypingNormaliser, fields: str) -> None:
    found = locus_of(normaliser, f"A*{fields}+A*01:01", locus="A", state="two_copies")
    assert (found.glstring, {flag.code for flag in found.flags}) == (None, {"malformed_name"})


NUMBERED = LocusNames(alleles={"01:01:01:01": "HLA00001", "01:01:38L": "HLA00003", "02:01:01:01": "HLA00005"})


PAIR = "A*01:01+A*02:01"


@pytest.mark.parametrize(
    ("expression", "reported", "glstring", "codes"),
    [
        ("HLA00005+HLA00001", "", "HLA-A*01:01:01:01+HLA-A*02:01:01:01", ["accession_number"] * 2),
        ("HLA00005+HLA00132", "", None, ["accession_number", "unknown_allele"]),
        (PAIR, "HLA00001 HLA-A*01:01+HLA00005 HLA-A*02:01", "HLA-A*01:01+HLA-A*02:01", []),
        (PAIR, "HLA00005 HLA-A*01:01+HLA00005 HLA-A*02:01", None, ["accession_differs"]),
        (PAIR, "HLA00001 HLA-A*01:01+HLA00132 HLA-A*02:01", None, ["accession_differs"]),
        ("A*01:01:38L", "HLA00003 HLA-A*01:01:38", "HLA-A*01:01:38L", []),
    ],
    ids=[
        "numbers alone",
        "another gene's",
        "with names",
        "another allele's",
        "of no allele here",
        "a name it once had",
    ],
)
def test_an_accession_number_is_of_one_allele_whatever_that_is_called(
    tmp_path: Path, expression: str, reported: str, glstring: str | None, codes: list[str]
) -> None:
    (tmp_path / "Allelelist.txt").write_text(
        "# version: Invented, version 3.10.0\nAlleleID,Allele\nHLA00003,A*01:01:38\n"
    )
    reference = Reference(history=lambda: read_history([tmp_path]))
    normaliser = TypingNormaliser(Release("3.20.0", "Invented", ("A",), {"A": NUMBERED}.__getitem__, reference))
    found = locus_of(normaliser, expression, "A", reported=reported or expression)
    assert (found.glstring, sorted(flag.code for flag in found.flags if flag.code != "low_expression")) == (
        glstring,
        codes,
    )
