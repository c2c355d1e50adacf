"""A file or a receipt in the format of a registry, a clinic or a matcher."""

from collections.abc import Iterable
from hashlib import sha256
from typing import Any

import msgspec

from parsers.records import TypingReport
from pipeline.exchange.record import Dispatch, Written, record_of
from pipeline.exchange.targets import TARGETS
from pipeline.normalise.normaliser import Normaliser
from pipeline.normalise.records import NormalTyping
from pipeline.reading import Reading


def records_of_file(reading: Reading, normaliser: Normaliser) -> list[TypingReport]:
    """The typings of a file, each locus in its canonical GL String under the release in use."""
    typings = [report for report in reading.parsed.reports if isinstance(report, TypingReport)]
    return [record_of(report, normaliser.typings.normalise(report)) for report in typings]


def records_of_receipt(reports: Iterable[dict[str, Any]]) -> list[TypingReport]:
    """The typings of a receipt, as the store shows them."""
    pairs = [(each["printed"], each["normalised"]) for each in reports if each["kind"] == "typing"]
    return [
        record_of(msgspec.convert(printed, TypingReport), msgspec.convert(normal, NormalTyping))
        for printed, normal in pairs
    ]


def document_id(raw: bytes) -> str:
    """An id for a document that is written from these bytes: the same bytes give the same."""
    return sha256(raw).hexdigest()[:16]


def written(target: str, records: list[TypingReport], dispatch: Dispatch) -> Written:
    """These records as one document of a target."""
    return TARGETS[target].write(records, dispatch)
