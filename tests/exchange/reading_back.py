"""What a target wrote, as the reader of its format reads it."""

import re

from parsers.format import Document, Format
from parsers.records import LocusTyping, TypingReport
from pipeline.exchange.record import Dispatch, record_of
from pipeline.exchange.targets import TARGETS
from pipeline.normalise.normaliser import Normaliser

GRID = "9999TEST00000000118"
DISPATCH = Dispatch(
    document_id="invented",
    written="2026-11-20T08:41:00Z",
    facility="Invented laboratory",
    centre="999",
    organisation="9999",
    pool="9999",
    date="2026-11-20",
)


def read_back(name: str, text: str, formats: dict[str, Format]) -> list[TypingReport]:
    reports = formats[TARGETS[name].reader].parse(Document(text.encode(), "written")).reports
    return [each for each in reports if isinstance(each, TypingReport)]


def unfolded(report: TypingReport) -> tuple[LocusTyping, ...]:
    """The loci of a report, antigens that stand beside alleles as statements of their own."""
    return record_of(report, Normaliser(None).typings.normalise(report)).report.loci


def with_xx(glstring: str) -> str:
    """`A*24:XX` for `A*24`: the same alleles, and registries' records know the former only."""
    return re.sub(r"(\*\d+)(?=[+/|~^]|$)", r"\1:XX", glstring)
