"""Two reports of one input under the same sample id: one person twice, or two persons, and nobody has said which."""

from collections import Counter
from collections.abc import Sequence

from msgspec.structs import replace

from parsers.records import Finding, TypingReport

DUPLICATE = Finding("duplicate_sample_id", "another entry of this input has the same sample id")


def marked(reports: Sequence[TypingReport]) -> tuple[TypingReport, ...]:
    """The reports, with a finding on those that share a sample id."""
    counts = Counter(each.sample for each in reports)
    return tuple(
        replace(each, findings=(*each.findings, DUPLICATE)) if counts[each.sample] > 1 else each for each in reports
    )
