"""One receipt on its way: parse, normalise, render. The lines to read first.

Pure: the same bytes under the same formats and the same nomenclature release give the same entry, which is why the
store can be made again from the spool. Loading and queueing what comes out of here is the loader's work.
"""

from collections.abc import Iterator, Sequence

import msgspec

from parsers.errors import Inquiry, ParseError
from parsers.format import Document, Format, open_document, recognise
from parsers.line_gaps import with_gap
from parsers.records import Parsed, Report
from pipeline.hl7.message import Envelope, render
from pipeline.hl7.typing_rows import HLA_C
from pipeline.mistake import confessed
from pipeline.normalise.collection import refuse_impossible
from pipeline.normalise.normaliser import Normaliser
from pipeline.normalise.records import NormalCollection
from pipeline.store.entry import Entry, LoadedReport, Receipt

KEPT_REPORTS = 2000
"""The reports of one receipt that are kept as understood until they are loaded."""


class Workbench(msgspec.Struct, frozen=True):
    """What a receipt is read with: the formats, the meaning of names and codes, and who we are as a sender."""

    formats: dict[str, Format]
    normaliser: Normaliser
    facility: str
    hla_c_code: str = HLA_C

    def envelope(self, control_id: str, sent_at: str) -> Envelope:
        """What a message of ours bears outside; `sent_at` in ISO 8601."""
        return Envelope(control_id=control_id, sent_at=sent_at, facility=self.facility, hla_c_code=self.hla_c_code)


def process(receipt: Receipt, payload: bytes, bench: Workbench) -> Entry:
    """What comes of a receipt: loaded with its reports, or quarantined with the reason in plain words. Never raises."""
    name, in_name = receipt.format, False

    def quarantined(reason: str) -> Entry:
        return Entry(receipt=receipt, state="quarantined", format=name, reason=reason, sample_in_name=in_name)

    try:
        if not receipt.whole:
            raise ParseError(receipt.note, advice="The part that arrived is kept as evidence.")
        document = open_document(payload, receipt.name)
        reader = reader_of(document, receipt.format, bench.formats)
        name, in_name = reader.name, reader.sample_in_name
        return loaded(receipt, reader, reader.parse(document), bench)
    except Inquiry as question:
        return Entry(receipt=receipt, state="loaded", format=name, reason=question.message)
    except ParseError as refusal:
        return quarantined(refusal.explain())
    except Exception as mistake:  # a fault of ours must cost no message and stop no other
        return quarantined(confessed(mistake))


def reader_of(document: Document, wanted: str, formats: dict[str, Format]) -> Format:
    """The format the source was configured for, or the one that recognises the bytes. Raises ParseError."""
    if not wanted:
        return recognise(document, formats)
    if wanted not in formats:
        raise ParseError("this source names a format that is not installed", found=wanted, expected=", ".join(formats))
    return formats[wanted]


def loaded(receipt: Receipt, reader: Format, parsed: Parsed, bench: Workbench) -> Entry:
    """Every report of the receipt as printed, as meant and as sent. Raises ParseError if there is none."""
    if not parsed.reports:
        reason = f"the {reader.name} reader found no result in it"
        raise ParseError(reason, expected="at least one sample with a result")
    reports = Understood(parsed.reports, receipt, bench)
    kept = tuple(reports) if len(parsed.reports) <= KEPT_REPORTS else reports.tried()
    return Entry(
        receipt=receipt,
        state="loaded",
        format=reader.name,
        reports=kept,
        ignored=parsed.ignored,
        sample_in_name=reader.sample_in_name,
        independent=reader.independent,
        listing=reader.listing,
        messages=parsed.messages,
    )


class Understood:
    """The reports of a receipt, each understood when its turn comes: what they mean takes ten times the room."""

    def __init__(self, printed: Sequence[Report], receipt: Receipt, bench: Workbench) -> None:
        self._printed = printed
        self._receipt = receipt
        self._bench = bench

    def __iter__(self) -> Iterator[LoadedReport]:
        for ordinal, report in enumerate(self._printed):
            noted = with_gap(report, self._receipt.note)
            yield understood(noted, f"{self._receipt.receipt}.{ordinal}", self._receipt, self._bench)

    def tried(self) -> "Understood":
        """The same, all of it understood once: whatever fails, fails before anything is loaded."""
        for _ in self:
            pass
        return self


def understood(report: Report, control_id: str, receipt: Receipt, bench: Workbench) -> LoadedReport:
    """A report with its meaning and its canonical HL7 message beside it. Raises ParseError on a run that cannot be."""
    normal = bench.normaliser.normalise(report)
    if isinstance(normal, NormalCollection):
        refuse_impossible(normal)
    envelope = bench.envelope(control_id, receipt.received)
    return LoadedReport(printed=report, normal=normal, message=render(normal, envelope))
