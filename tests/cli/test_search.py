"""A search as a person asks for it: how the patient is read, and what the answer tells of every donor."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

A, B, DRB1 = "HLA-A*01:01+HLA-A*02:01", "HLA-B*07:02+HLA-B*08:01", "HLA-DRB1*03:01+HLA-DRB1*15:01"
WHOLE = f"{A}^{B}^{DRB1}"


@pytest.fixture
def searched(graftline: Callable[..., Any], here: Path) -> Callable[[str], list[Any]]:
    """Search for a patient who is given on the command line, and for the same one from a file; both answers."""

    def search(patient: str) -> list[Any]:
        (here / "patient.csv").write_text(f"id,glstring\nP1,{patient}\n")
        return [graftline("search", "--rule", "6/8", "--patient", each) for each in (patient, "patient.csv")]

    return search


@pytest.mark.parametrize(
    ("patient", "reason"),
    [
        (f"HLA-A*01:01/HLA-B*07:02+HLA-A*02:01^{B}^{DRB1}", "at A cannot be used: wrong_locus, at character 13"),
        (f"HLA-A*01:01+HLA-B*07:02^{B}^{DRB1}", "at A cannot be used: wrong_locus"),
        (f"{A}|{B}^{B}^{DRB1}", "at A cannot be used: wrong_locus"),
        (f"{A}^{B}^HLA-DRB1*15:01+HLA-DRB3*01:01", "at DRB1 cannot be used: wrong_locus"),
        (f"{WHOLE}^HLA-C*07:02+HLA-C*99:99", "at C cannot be used: unknown_allele, at character 13"),
        (f"A*01:01 A*02:01^{B}^{DRB1}", "at A cannot be used: malformed_name"),
        (f"{WHOLE}^HLA-A*01:01+HLA-A*03:01", "states A more than once, and not alike"),
        (f"{WHOLE}^C*07:02+C*07:01^Cw*07:01+Cw*07:01", "states C more than once, and not alike"),
        (f"HLA-A*01:01+HLA-A*NEW^{B}^{DRB1}", "calls nothing at A (novel)"),
        (f"HLA-A*XXXX^{B}^{DRB1}", "calls nothing at A (failed)"),
        (f"HLA-A*01:01+HLA-A*02:ABC^{B}^{DRB1}", "calls nothing at A (mac_not_installed)"),
        (f"HLA-A*01:01~HLA-B*08:01+HLA-A*02:01~HLA-B*07:02^{DRB1}", "calls nothing at A (phased_haplotypes)"),
        (f"{B}^{DRB1}", "the patient has no typing at A"),
    ],
)
def test_a_patient_who_cannot_be_searched_for_is_refused_and_not_quoted(
    searched: Callable[[str], list[Any]], patient: str, reason: str
) -> None:
    for answer in searched(patient):
        assert (answer.code, answer.out) == (2, "")
        assert reason in answer.err
        assert "*" not in answer.err


@pytest.mark.parametrize(
    ("locus", "reason"), [("HLA-C*XXXX", "C (failed)"), ("HLA-C*NEW", "C (novel)"), ("HLA-C*07:ABC", "C (mac_not_i")]
)
def test_a_locus_that_is_not_called_is_said_and_not_compared(
    searched: Callable[[str], list[Any]], locus: str, reason: str
) -> None:
    for answer in searched(f"{WHOLE}^{locus}"):
        assert answer.code == 0
        assert f"so not compared: {reason}" in answer.err


@pytest.mark.parametrize(
    "patient",
    [
        f"hla#0.1.0#{WHOLE}",
        "A*01:01+A*02:01^B*07:02+B*08:01^DRB1*03:01+DRB1*15:01",
        f"{WHOLE}^HLA-A*02:01+HLA-A*01:01",
        f"{WHOLE}^HLA-DQB1*99:99",
    ],
)
def test_spelling_and_loci_that_the_rule_does_not_count_change_nothing(
    searched: Callable[[str], list[Any]], patient: str
) -> None:
    (expected, _), answers = searched(WHOLE), searched(patient)
    assert answers == [expected, expected]
    assert expected.code == 0


def test_a_second_copy_without_a_result_is_as_one_that_is_not_stated(searched: Callable[[str], list[Any]]) -> None:
    (unstated, _), (failed, _) = (searched(f"{each}^{B}^{DRB1}") for each in ("HLA-A*01:01", "HLA-A*01:01+HLA-A*XXXX"))
    assert failed.out == unstated.out


def test_a_file_of_two_patients_is_refused(graftline: Callable[..., Any], here: Path) -> None:
    (here / "two.csv").write_text(f"id,glstring\nP1,{WHOLE}\nP2,{WHOLE}\n")
    answer = graftline("search", "--patient", "two.csv")
    assert (answer.code, answer.out) == (2, "")
    assert "two.csv holds 2 typings; expected the one of a patient" in answer.err


@pytest.fixture
def ingest(graftline: Callable[..., Any], here: Path) -> Callable[..., None]:
    """Take in a donor's typing from a source."""

    def take(donor: str, glstring: str, source: str = "lab-a") -> None:
        (here / f"{source}.csv").write_text(f"id,glstring\n{donor},{glstring}\n")
        assert graftline("ingest", "--source", source, f"{source}.csv").code == 0

    return take


@pytest.mark.parametrize(
    ("locus", "glstring", "codes"),
    [
        ("B", "HLA-B*44:02:01:02S+HLA-B*08:01", {"secreted"}),
        ("A", "HLA-A*24:02:01:02L+HLA-A*01:01", {"low_expression"}),
        ("A", "HLA-A*23:17:01Q+HLA-A*01:01", {"questionable_expression"}),
        ("A", "HLA-A*24:02/HLA-A*24:09N+HLA-A*01:01", {"null_allele"}),
        ("A", "HLA-A*01:01+HLA-A*02:01", set()),
    ],
)
def test_what_is_flagged_at_a_donor_or_patient_is_told(
    graftline: Callable[..., Any], ingest: Callable[..., None], locus: str, glstring: str, codes: set[str]
) -> None:
    person = "^".join(({"A": A, "B": B, "DRB1": DRB1} | {locus: glstring}).values())
    ingest("D-1", person)
    search = ("search", "--rule", "6/6", "--patient", person)
    row = next(row for row in graftline("--json", *search).rows() if row["donor"] == "D-1")
    told = {each: {flag["code"] for flag in match["flags"]} for each, match in row["loci"].items()}
    assert told == {"A": set(), "B": set(), "DRB1": set()} | {locus: codes}
    assert all(flag.keys() >= {"code", "token", "message", "severity"} for flag in row["loci"][locus]["flags"])
    answer = graftline(*search)
    for code in codes:
        assert f"{code} {locus}" in answer.out
        assert f"flagged in the patient's typing: {code} {locus}" in answer.err


def test_what_the_feed_doubts_about_a_typing_is_told(
    graftline: Callable[..., Any], ingest: Callable[..., None]
) -> None:
    ingest("D-1", WHOLE)
    ingest("D-1", f"HLA-A*01:XX+HLA-A*02:01^{B}")
    assert "other_typing_differs A" in graftline("search", "--rule", "6/6", "--patient", WHOLE).out


def test_the_table_says_whose_number_a_donor_has(graftline: Callable[..., Any], ingest: Callable[..., None]) -> None:
    for source in ("lab-a", "lab-b"):
        ingest("D-1", WHOLE, source)
    ingest("9999TEST00000000216", WHOLE)
    lines = graftline("search", "--rule", "6/6", "--patient", WHOLE).out.splitlines()
    assert {line.split()[0] for line in lines} >= {"donor", "lab-a/D-1", "lab-b/D-1", "9999TEST00000000216"}
