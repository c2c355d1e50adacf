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
LINES_MISSING = "lines_missing"
SEVERITIES: dict[str, Severity] = {"info": "info", "warning": "warning", "error": "error"}


@cache
def severities() -> dict[str, Severity]:
    """How grave each finding of the house's own formats is, by its code."""
    return {row["code"]: SEVERITIES[row["severity"]] for row in rows("findings.csv")}


def flags_of(findings: Iterable[Finding]) -> tuple[Flag, ...]:
    """The findings as flags; their token is the place in the report."""
    return tuple(Flag(each.code, each.where, each.message, severities().get(each.code, "warning")) for each in findings)


def codes_of(result: NormalLocus | NormalObservation) -> set[str]:
    """The codes of everything that is doubted about a result."""
    doubts = result.doubts if isinstance(result, NormalLocus) else ()
    return {flag.code for flag in (*result.flags, *doubts)}


def is_preliminary(report: NormalReport) -> bool:
    """Whether the sender calls a report, or one of its results, preliminary."""
    results: tuple[NormalLocus, ...] | tuple[NormalObservation, ...] = ()
    match report:
        case NormalTyping():
            results = report.loci
        case NormalObservations():
            results = report.observations
    return PRELIMINARY in {flag.code for flag in report.flags}.union(*map(codes_of, results))


def is_unfinished(report: NormalReport) -> bool:
    """Whether there may be more to it: a preliminary report, or one of which lines may be missing."""
    return is_preliminary(report) or any(flag.code == LINES_MISSING for flag in report.flags)
