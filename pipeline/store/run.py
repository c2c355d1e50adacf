"""Which run a report is of: what two reports share that are versions of each other, or parts of one run.

kind, format    a typing in HML is no version of one in FHIR
account         of a collection its layout: the log of a run and its summary are two accounts, not two versions
purpose         production, control material or a test: a test never takes the place of a result
run             the id that the report gives itself, else its time; empty if it has neither
device          of a collection the separator's serial number: two of them may start in one minute
centre          of a typing the centre whose number the sample is: two behind one source have a sample 17 each
sample          as it is meant: `=A99992400012300` and `A9999 24 000123` are one donation
container       of a measurement the flags of a donation number, which tell its tube from its bag
subject         the person, where no sample is named
"""

from typing import NamedTuple

import msgspec

from parsers.identifier_forms import number_in, unprefixed
from parsers.records import CollectionReport, ObservationReport, TypingReport
from pipeline.normalise.findings import NOT_PRODUCTION
from pipeline.normalise.records import Identifier, NormalCollection, NormalObservations, NormalReport, NormalTyping
from pipeline.normalise.roles import is_recipient
from pipeline.store.entry import LoadedReport
from pipeline.store.texts import json_text

LISTING = "listing"
NOT_MEANT = frozenset({NOT_PRODUCTION, "listed_for_check"})
"""Doubts that say that a report is not meant to be acted on."""


class Run(NamedTuple):
    """What makes two reports of one source versions or parts of the same run."""

    kind: str
    format: str
    account: str
    purpose: str
    run: str
    device: str
    centre: str
    sample: str
    container: str
    subject: str

    @property
    def is_named(self) -> bool:
        """Whether the reports say by an id or a time which run they are of."""
        return self.run != ""

    @property
    def is_listing(self) -> bool:
        """Whether the newest report says all there is to say."""
        return self.run == LISTING

    @property
    def is_by_item(self) -> bool:
        """Whether a report may leave out what it does not change: loci of a typing, results of a specimen."""
        return self.kind != "collection" and not self.is_listing


def run_of(report: LoadedReport, *, listing: bool = False) -> Run:
    """The run that a report is of, which may be a registry's listing of a donor."""
    printed, normal = report.printed, report.normal
    account, device = (printed.profile, printed.device_serial) if isinstance(printed, CollectionReport) else ("", "")
    return Run(
        kind=str(printed.__struct_config__.tag),
        format=printed.format,
        account=account,
        purpose=_purpose(normal),
        run=LISTING if listing else printed.report_id or _time(report),
        device=device,
        centre=centre_of(normal),
        sample=normal.sample.value,
        container=_container(normal.sample) if isinstance(printed, ObservationReport) else "",
        subject="" if normal.sample.value else person(normal),
    )


def identity_of(run: Run, report: LoadedReport, own: str, *, independent: bool) -> str:
    """The run as a text; of one report only, by its `own` name, if that is so or nothing says whose the report is."""
    whose = run.sample or run.subject or report.printed.report_id
    return json_text((*run, own) if independent or not whose else run)


def run_named(identity: str) -> Run:
    """The run of an identity."""
    return Run(*msgspec.json.decode(identity, type=list[str])[: len(Run._fields)])


def _purpose(normal: NormalReport) -> str:
    if any(flag.code in NOT_MEANT for flag in normal.flags):
        return "test"
    if isinstance(normal, NormalObservations) and normal.quality_control:
        return "control"
    return "recipient" if isinstance(normal, NormalTyping) and is_recipient(normal.project) else ""


def _time(report: LoadedReport) -> str:
    printed, normal = report.printed, report.normal
    if isinstance(printed, TypingReport):
        return printed.date
    if isinstance(printed, ObservationReport):
        return (isinstance(normal, NormalObservations) and normal.date) or printed.date
    return (isinstance(normal, NormalCollection) and normal.started) or printed.started


def _container(sample: Identifier) -> str:
    number = number_in(unprefixed(sample.printed)) if sample.scheme == "DIN" else None
    return number.flags if number else ""


def person(normal: NormalReport) -> str:
    """Whom a report is about, where it names a person."""
    subject = normal.subject
    return f"{subject.scheme} {subject.value} {subject.assigner}".rstrip() if subject and subject.value else ""


def centre_of(normal: NormalReport) -> str:
    """The centre whose number a sample bears: the one that reports its typing, unless another is named; else empty."""
    return normal.sample.assigner or (normal.centre if isinstance(normal, NormalTyping) else "")
