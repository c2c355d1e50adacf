"""Whom a matcher is told that a report is about: a donor, or nobody.

A GRID names a donor everywhere. A laboratory's own number means something in that laboratory only: its owner is the
source it came from, and there whoever gave the number, or else the reporting centre, where the report names one, so
that two centres' sample 17 stay two donors. A report with an error flag of its own is a test message or worse, unless
it takes the donor back. A patient who is taken for a donor is found by the next patient's search.
"""

import msgspec

from pipeline.normalise.findings import DONOR_WITHDRAWN
from pipeline.normalise.identifiers import TWO_DONORS
from pipeline.normalise.records import Identifier, NormalObservations, NormalReport, NormalTyping
from pipeline.normalise.roles import is_recipient
from pipeline.store.run import centre_of
from pipeline.store.texts import key64


class Donor(msgspec.Struct, frozen=True):
    """The number of a donor, its scheme, whose number it is, and a 64-bit key of number and owner."""

    value: str
    scheme: str
    owner: str
    key: int


def donor_of(normal: NormalReport, source: str) -> Donor | None:
    """Whom a report of this source is about; None for control material, a test message, nobody, or a recipient."""
    doubtful = any(flag.severity == "error" and flag.code != DONOR_WITHDRAWN for flag in normal.flags)
    named = _named(normal)
    if doubtful or is_control(normal) or _is_patients(normal) or _is_of_two(normal) or not named.value:
        return None
    owner = _owner(normal, named, source)
    return Donor(named.value, named.scheme, owner, key64(owner, named.value))


def takes_back(normal: NormalReport) -> bool:
    """Whether a report takes a donor off its sender's list."""
    return any(flag.code == DONOR_WITHDRAWN for flag in normal.flags)


def is_control(normal: NormalReport) -> bool:
    """Whether a report is about control material."""
    return isinstance(normal, NormalObservations) and normal.quality_control


def _is_patients(normal: NormalReport) -> bool:
    return isinstance(normal, NormalTyping) and is_recipient(normal.project)


def _is_of_two(normal: NormalReport) -> bool:
    """Whether the sample bears another donor's GRID than the report names."""
    return any(flag.code == TWO_DONORS for flag in normal.subject.flags) if normal.subject else False


def _named(normal: NormalReport) -> Identifier:
    """The person where one is named, unless the sample alone has a GRID; else the sample."""
    subject = normal.subject
    by_subject = subject and subject.value and (subject.scheme == "GRID" or normal.sample.scheme != "GRID")
    return subject if subject and by_subject else normal.sample


def _owner(normal: NormalReport, named: Identifier, source: str) -> str:
    if "GRID" in {each.scheme for each in (normal.subject, normal.sample) if each}:
        return ""
    centre = named.assigner or centre_of(normal)
    return f"{source}/{centre}" if centre else source
