"""Antigens that a report states by serology, beside the alleles that it states by DNA."""

import pytest

from parsers.records import LocusTyping, Printed, TypingReport
from parsers.typing_states import state_of
from pipeline.normalise.records import NormalTyping
from pipeline.normalise.typing import TypingNormaliser


def dna(expression: str, serology: str = "", label: str = "serology") -> LocusTyping:
    references = (Printed(label, serology),) if serology else ()
    locus = expression.partition("*")[0]
    return LocusTyping(locus=locus, state=state_of(expression), expression=expression, references=references)


def by_serology(locus: str, reported: str) -> LocusTyping:
    return LocusTyping(locus=locus, state=state_of(reported), reported=reported, method="SER")


def typed(normaliser: TypingNormaliser, *loci: LocusTyping) -> NormalTyping:
    return normaliser.normalise(TypingReport(format="emdis", sample="S", loci=loci))


def doubts(normaliser: TypingNormaliser, *loci: LocusTyping) -> dict[str, list[str]]:
    found = typed(normaliser, *loci).loci
    return {each.locus: [f"{flag.code} {flag.token}" for flag in each.doubts] for each in found if each.doubts}


FITTING = [
    ("A*01:01+A*02:01", "1+2"),
    ("A*01:01+A*02:01", "2+1"),
    ("A*01:01+A*02:01", "A1 A2"),
    ("A*01:01+A*02:01", "1"),  # the second antigen is not stated
    ("A*01:01+A*24:02", "1+9"),  # broad
    ("A*01:01+A*02:05", "1+203"),  # possible
    ("A*01:01+A*02:01", "1+203"),  # associated
    ("B*15:01+B*07:02", "15+7"),
    ("B*15:01+B*07:02", "B62(15)+B7"),
    ("B*15:01+B*07:02", "B7 B62 Bw6"),
    ("C*03:03+C*07:02", "3+7"),
    ("DRB1*03:01+DRB1*15:01", "3+15"),
    ("DRB1*03:01+DRB1*15:01", "DR17+DR15"),
    ("A*01:01", "1+2"),  # the second copy is not stated
    ("A*01:01+A*02:01|A*03:01+A*11:01", "3+11"),
    ("A*01:01/A*03:01+A*02:01", "3+2"),
    ("A*01:32+A*02:01", "1"),
    ("A*24:09N+A*02:01", "2"),  # a null allele has no antigen
    ("A*02:01+A*03:01", "2+2"),  # the same antigen twice is one
    ("A*02:XX+A*03:XX", "2+3"),
    ("A*24:02+A*02:01", "9+24"),  # an antigen and what it was split from are one
]
CONTRADICTING = [
    ("A*01:01+A*02:01", "1+3", "A1+A3"),
    ("A*01:01+A*01:01", "1+2", "A1+A2"),
    ("A*24:09N+A*02:01", "2+24", "A2+A24"),
    ("A*02:01+A*02:01", "3", "A3"),
    ("A*01:01+A*02:01|A*01:01+A*11:01", "3+11", "A3+A11"),
    ("B*15:01+B*07:02", "B75 B7 Bw6", "B75+B7"),
    ("DRB1*03:01+DRB1*15:01", "DR4+DR15", "DR4+DR15"),
    ("DRB3*02:02+DRB3*02:02", "53", ""),  # DR53 is of DRB4, of which nothing is said
]
OPEN = [
    ("A*01:01+A*02:01", "0103+0305"),  # code numbers
    ("A*01:01+A*02:01", "A3+Undefined"),
    ("A*01:01+A*02:01", "A99"),
    ("A*01:01+A*02:01", "A1 A3 A11"),
    ("A*01:01+A*NEW", "A3"),
    ("A*99:99+A*01:01", "A3"),
    ("DQA1*01:01+DQA1*05:01", "DQ5"),
]


@pytest.mark.parametrize(("expression", "antigens"), [*FITTING, *OPEN])
def test_antigens_that_the_alleles_can_have(normaliser: TypingNormaliser, expression: str, antigens: str) -> None:
    assert doubts(normaliser, dna(expression, antigens)) == {}


@pytest.mark.parametrize(("expression", "antigens", "token"), CONTRADICTING)
def test_antigens_that_the_alleles_cannot_have(
    normaliser: TypingNormaliser, expression: str, antigens: str, token: str
) -> None:
    locus = expression.partition("*")[0]
    assert doubts(normaliser, dna(expression, antigens)) == ({locus: [f"serology_differs {token}"]} if token else {})


@pytest.mark.parametrize("label", ["phenotype", "serologicalEquivalentCall"])
def test_antigens_are_found_by_the_names_that_formats_give_them(normaliser: TypingNormaliser, label: str) -> None:
    assert doubts(normaliser, dna("A*01:01+A*02:01", "A3 A1", label)) == {"A": ["serology_differs A3+A1"]}
    assert doubts(normaliser, dna("A*01:01+A*02:01", "A3 A1", "typingComment")) == {}


def test_a_statement_of_its_own_by_serology(normaliser: TypingNormaliser) -> None:
    assert doubts(normaliser, dna("A*01:01+A*02:01"), by_serology("A", "1+2")) == {}
    assert doubts(normaliser, dna("A*01:01+A*02:01"), by_serology("A", "1+3")) == {"A": ["serology_differs A1+A3"]}
    assert doubts(normaliser, by_serology("A", "1+3")) == {}


@pytest.mark.parametrize(
    ("reported", "code", "position"),
    [("1+99", "unknown_antigen", 3), ("A1, A99", "unknown_antigen", 5), ("1+3+11", "more_than_two_copies", 1)],
)
def test_a_flag_says_where_in_the_report_the_antigen_stands(
    normaliser: TypingNormaliser, reported: str, code: str, position: int
) -> None:
    flags = normaliser.locus(LocusTyping(locus="A", state="two_copies", reported=reported, method="SER")).flags
    assert [(flag.code, flag.position) for flag in flags] == [(code, position)]


@pytest.mark.parametrize("reported", ["A3 Blank", "A3+blank"])
def test_a_second_antigen_that_was_not_found_is_no_antigen(normaliser: TypingNormaliser, reported: str) -> None:
    assert normaliser.locus(LocusTyping(locus="A", state="one_stated", reported=reported)).flags == ()


def test_an_antigen_of_drb4_goes_with_drb4(normaliser: TypingNormaliser) -> None:
    drb1 = dna("DRB1*04:01+DRB1*03:01", "DR4+DR17+DR53")
    assert doubts(normaliser, drb1, dna("DRB4*01:03")) == {}
    assert doubts(normaliser, drb1, dna("DRB4*01:03:01:02N+DRB4*01:03:01:02N"))["DRB4"] == ["serology_differs DR53"]
    absent = LocusTyping(locus="DRB4", state="absent", expression="DRB4*NNNN")
    assert "serology_differs DR53" in doubts(normaliser, drb1, absent)["DRB4"]


def test_without_a_release_nothing_is_compared() -> None:
    assert doubts(TypingNormaliser(None), dna("A*01:01+A*02:01", "3+11")) == {}
