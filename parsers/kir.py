"""Typings of KIR genes, which are no HLA typings: a person of whom nothing else is told is left out, and counted."""

from collections.abc import Sequence

from parsers.errors import ParseError
from parsers.records import Ignored, TypingReport

GENES = "KIR"
"""How the names of these genes begin."""


def without_kir_alone(reports: Sequence[TypingReport]) -> tuple[list[TypingReport], tuple[Ignored, ...]]:
    """The reports that hold more than KIR, and a count of the others. Raises ParseError if there are others only."""
    kept = [each for each in reports if not _is_kir_alone(each)]
    if not kept:
        raise ParseError(
            "this is a table of KIR typings (KIR, not HLA)",
            where="the file",
            expected="HLA genes",
            advice="It holds no HLA typing: keep such files out of this folder.",
        )
    left = len(reports) - len(kept)
    return kept, (Ignored("persons with KIR alone", left),) if left else ()


def _is_kir_alone(report: TypingReport) -> bool:
    return bool(report.loci) and all(each.locus.startswith(GENES) for each in report.loci)
