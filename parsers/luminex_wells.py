"""What the exports of Luminex instruments share: wells whose bead signals are evidence, never a typing.

A typing by SSO beads is made by the kit maker's program from these signals. Here they are kept as they stand, one
report per well, under the sample's name, so that a typing can be held against what was measured.
"""

import re
from collections import Counter

import msgspec

from parsers.records import Finding, ObservationReport

OWN_NAME = re.compile(r"Unknown ?[0-9]+", re.IGNORECASE)
SLASHED = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/[0-9]{2,4}")

UNNAMED = Finding("unnamed_sample", "this is the program's own name for a well, not a sample's")
REPEATED = Finding("duplicate_sample_id", "another well of this plate has the same sample name")


def date_findings(label: str, text: str) -> tuple[Finding, ...]:
    """A finding on a date whose day and month could be either way round."""
    found = SLASHED.match(text)
    if found and found[1].lstrip("0") != found[2].lstrip("0") and int(found[1]) <= 12 and int(found[2]) <= 12:
        return (Finding("ambiguous_date", "day and month of this date cannot be told apart", label),)
    return ()


def name_findings(sample: str) -> tuple[Finding, ...]:
    """A finding on a sample that the instrument named, because nobody did."""
    return (UNNAMED,) if OWN_NAME.fullmatch(sample) else ()


def marked(reports: list[ObservationReport]) -> tuple[ObservationReport, ...]:
    """The reports, with a finding on those that share a sample's name with another well."""
    counts = Counter(each.sample for each in reports)
    return tuple(
        msgspec.structs.replace(each, findings=(*each.findings, REPEATED)) if counts[each.sample] > 1 else each
        for each in reports
    )
