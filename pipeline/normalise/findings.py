"""What a reader found odd in a report, as flags: a doubt has to reach whoever uses the values it is about.

How grave a finding is stands in config/codes/findings.csv; one that the table does not know, a plug-in's, is a warning.
"""

from collections.abc import Iterable
from functools import cache

from parsers.records import Finding
from pipeline.normalise.records import (
    Flag,
    NormalLocus,
    NormalObservation,
    NormalObservations,
    NormalReport,
    NormalTyping,
    Severity,
)
from pipeline.normalise.tables import rows

PRELIMINARY, WITHDRAWN, NOT_PRODUCTION = "preliminary_result", "withdrawn_result", "not_production"
"""What has to be said of a result wherever it is written again."""
OF_AN_ORDER = (WITHDRAWN, PRELIMINARY)
"""What is said of an order holds for each of its results: whoever uses the result alone must see it."""
DONOR_WITHDRAWN = "donor_withdrawn"
LINES_MISSING = "lines_missing"
SEVERITIES: dict[str, Severity] = {"info": "info", "warning": "warning", "error": "error"}


@cache
def severities() -> dict[str, Severity]:
    """How grave each finding of the house's own formats is, by its code."""
    return {row["code"]: SEVERITIES[row["severity"]] for row in rows("findings.csv")}


def flags_of(findings: Iterable[Finding]) -> tuple[Flag, ...]:
    """The findings as flags; their token is the place in the report."""
    return tuple(Flag(each.code, each.where, each.message, severities().get(each.code, "warning")) for each in findings)


def of_an_order(findings: Iterable[Finding], *, is_final: bool) -> list[Finding]:
    """What is said of an order and holds for a result of it: one that is final by itself is not preliminary."""
    return [each for each in findings if each.code in OF_AN_ORDER and not (is_final and each.code == PRELIMINARY)]


def codes_of(result: NormalLocus | NormalObservation) -> set[str]:
    """The codes of everything that is doubted about a result."""
    doubts = result.doubts if isinstance(result, NormalLocus) else ()
    return {flag.code for flag in (*result.flags, *doubts)}


def early_and_final(report: NormalReport) -> tuple[frozenset[str], frozenset[str]]:
    """The items (loci, codes) of which a report has a preliminary result, and those of which it has another.

    What is taken back is taken back for good, also where the sender calls the rest of the report preliminary.
    """
    early, final = set[str](), set[str]()
    for result in results_of(report):
        codes = codes_of(result)
        (early if PRELIMINARY in codes and WITHDRAWN not in codes else final).add(item_of(result))
    return frozenset(early), frozenset(final)


def results_of(report: NormalReport) -> tuple[NormalLocus, ...] | tuple[NormalObservation, ...]:
    """The loci of a typing, the values of a specimen; none of a collection, whose values are no results of a test."""
    match report:
        case NormalTyping():
            return report.loci
        case NormalObservations():
            return report.observations
    return ()


def item_of(result: NormalLocus | NormalObservation) -> str:
    """How a result is known among those of its report: by its locus, its code, or its label if it has no code."""
    return result.locus if isinstance(result, NormalLocus) else result.code or result.label


def is_preliminary(report: NormalReport) -> bool:
    """Whether the sender calls a report, or one of its results, preliminary."""
    return PRELIMINARY in {flag.code for flag in report.flags}.union(*map(codes_of, results_of(report)))


def has_gaps(report: NormalReport) -> bool:
    """Whether lines of a report may be missing."""
    return any(flag.code == LINES_MISSING for flag in report.flags)
