"""Whom donors are sought for: a patient's typing, judged as the typings of donors are.

A patient is compared at the loci that a donor would be fed with: alleles are called there, and nothing about them is an
error. A locus at which nothing is called counts as not typed, and whoever asks is told. An error refuses the search:
what is unknown about a donor is a possibility, about a patient a mistake.
"""

from collections.abc import Collection
from typing import NamedTuple

from pipeline.feed.match import Unreadable
from pipeline.feed.search import REQUIRED
from pipeline.normalise.records import NormalLocus, NormalTyping
from pipeline.normalise.typing import COPIES


class Patient(NamedTuple):
    """The GL Strings to search with, the codes of what is flagged there, and why nothing is called at other loci."""

    loci: dict[str, str]
    flagged: dict[str, list[str]]
    uncalled: dict[str, str]


def read_patient(typing: NormalTyping, loci: Collection[str]) -> Patient:
    """What is called at these loci.

    Raises Unreadable, which does not quote the typing, for an error at one of them, for one that is stated more than
    once and not alike, and if nothing is called at A, B or DRB1 though it is stated.
    """
    stated = [(gene, each) for each in typing.loci for gene in each.locus.split("~") if gene in loci]
    called: dict[str, str] = {}
    for gene, each in stated:
        _refuse_errors(gene, each)
        glstring = _called(each)
        if glstring and called.setdefault(gene, glstring) != glstring:
            raise Unreadable(f"the patient's typing states {gene} more than once, and not alike")
    uncalled = {gene: _why_not(each) for gene, each in stated if gene not in called}
    if missing := next((locus for locus in REQUIRED if locus in uncalled), ""):
        raise Unreadable(
            f"the patient's typing calls nothing at {missing} ({uncalled[missing]}); a search needs A, B and DRB1"
        )
    flagged = {gene: [flag.code for flag in (*each.flags, *each.doubts)] for gene, each in stated if gene in called}
    return Patient(called, flagged, uncalled)


def _refuse_errors(gene: str, locus: NormalLocus) -> None:
    for flag in (*locus.flags, *locus.doubts):
        if flag.severity == "error":
            where = f", at character {flag.position} of that locus" if flag.position else ""
            raise Unreadable(
                f"the patient's typing at {gene} cannot be used: {flag.code}{where}; docs/flags.md says what that means"
            )


def _called(locus: NormalLocus) -> str | None:
    """The GL String, if the feed would tell of such a locus: it does not split haplotypes over several genes."""
    called = locus.state in COPIES and locus.glstring and "~" not in locus.glstring
    return locus.glstring if called else None


def _why_not(locus: NormalLocus) -> str:
    if locus.state not in COPIES:
        return locus.state.replace("_", " ")
    return ", ".join(dict.fromkeys(flag.code for flag in locus.flags)) or "no allele is named"
