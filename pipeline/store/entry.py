"""What one receipt becomes in the store: the unit that the writer loads, all of it or none."""

from collections.abc import Iterable
from typing import Literal

import msgspec

from parsers.records import Ignored, Report
from pipeline.normalise.records import NormalReport

ReceiptState = Literal["loaded", "duplicate", "quarantined", "superseded"]


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """An arrival as the spool wrote it down. `received` is wall time, ISO 8601 UTC; order is `seq`, never a clock."""

    receipt: str
    seq: int
    source: str
    name: str
    sha256: str
    size: int
    received: str
    format: str = ""
    """The format that the source was configured for; empty where the bytes themselves tell."""
    whole: bool = True
    note: str = ""


class LoadedReport(msgspec.Struct, frozen=True, kw_only=True):
    """One report of a receipt: as printed, as meant, and as sent."""

    printed: Report
    normal: NormalReport
    message: str


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A receipt with what came of it. `reason` says in plain words why nothing was loaded."""

    receipt: Receipt
    state: Literal["loaded", "quarantined"]
    format: str = ""
    reason: str = ""
    reports: Iterable[LoadedReport] = ()
    """Gone through once for every time that they are loaded."""
    ignored: tuple[Ignored, ...] = ()
    sample_in_name: bool = False
    """Whether the name of the file is part of what was sent, because it may be all that names the sample."""
    independent: bool = False
    """Whether this is a result of its own, neither one that was sent twice nor another version of it."""
    listing: bool = False
    """Whether each report is all that its sender lists of a donor, so that the newest takes the place of the others."""
    messages: tuple[int, ...] = ()
    """In which message each report stands, where the receipt holds several that were sent one after the other."""
    resubmitted: bool = False
    """Whether a person has had the receipt read again."""
