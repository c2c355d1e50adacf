"""The reports of a batch as rows of the store's tables."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import msgspec

from parsers.records import CollectionReport, Report, TypingReport
from pipeline.normalise.records import NormalReport, NormalTyping
from pipeline.store.donor import donor_of, is_control, takes_back
from pipeline.store.entry import Entry, LoadedReport, Receipt
from pipeline.store.run import Run, identity_of, run_of
from pipeline.store.statements import Pair, Statement, statement_of
from pipeline.store.texts import json_text, key64

NO_DOUBTS = "[]"


class Placed(NamedTuple):
    """A report, the receipt that it came in, and its place there.

    It may be `independent`, no version of any other, or the `listing` of a donor. What has a later `turn` in its
    receipt was said later.
    """

    receipt: Receipt
    ordinal: int
    report: LoadedReport
    independent: bool = False
    listing: bool = False
    turn: int = 0


TypedLoci = tuple[int, int, list[Pair]]
"""Receipt number, place in the receipt, and the loci of a typing."""


class ReportRow(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """A report on its way into the tables."""

    seq: int
    ordinal: int
    source: str
    kind: str
    format: str
    sample: str
    sample_scheme: str
    subject: str | None
    subject_scheme: str | None
    quality_control: bool
    donor: str | None
    donor_scheme: str | None
    donor_owner: str | None
    donor_key: int | None
    identity: str
    run_key: int
    report_key: int | None
    said_key: int | None
    turn: int
    listing: bool
    withdraws: bool
    printed: Report
    normalised: NormalReport
    message: str


class TypingRow(msgspec.Struct, frozen=True, gc=False):
    """A row of the table `typing`."""

    seq: int
    ordinal: int
    position: int
    statement: int
    method: str
    test_id: str
    date: str
    doubts: str


def placed(entries: Iterable[Entry]) -> Iterator[Placed]:
    """Every report of these entries with its receipt and its place there."""
    for entry in entries:
        for ordinal, report in enumerate(entry.reports):
            turn = ordinal if entry.listing else entry.messages[ordinal] if entry.messages else 0
            yield Placed(entry.receipt, ordinal, report, entry.independent, entry.listing, turn)


def typed_loci(reports: Iterable[Placed]) -> list[TypedLoci]:
    """The loci of every typing among these reports."""
    return [
        (each.receipt.seq, each.ordinal, loci_of(each.report, each.receipt.receipt))
        for each in reports
        if isinstance(each.report.printed, TypingReport)
    ]


def loci_of(report: LoadedReport, receipt: str) -> list[Pair]:
    """The loci of a typing, as printed and as meant: the two lists must be as long as each other."""
    printed, normal = report.printed, report.normal
    if not isinstance(printed, TypingReport) or not isinstance(normal, NormalTyping):
        return []
    if len(printed.loci) != len(normal.loci):
        raise ValueError(f"{receipt}: {len(printed.loci)} typings printed, {len(normal.loci)} normalised")
    return list(zip(printed.loci, normal.loci, strict=True))


def stated_twice(loci: list[Pair]) -> bool:
    """Whether a typing states some locus more than once."""
    return len({printed.locus for printed, _ in loci}) < len(loci)


def typing_rows(typed: Iterable[TypedLoci], numbers: dict[Statement, int]) -> Iterator[TypingRow]:
    """A row for every locus; `numbers` are those of the statements."""
    for seq, ordinal, loci in typed:
        for position, (printed, normal) in enumerate(loci):
            yield TypingRow(
                seq,
                ordinal,
                position,
                numbers[statement_of(printed)],
                normal.method,
                normal.test_id,
                normal.date,
                json_text(normal.doubts) if normal.doubts else NO_DOUBTS,
            )


def _report_key(source: str, run: Run, printed: Report) -> int | None:
    """A key of what reports share that should agree: the id of a report, or the run of a collection, whoever tells."""
    if isinstance(printed, CollectionReport):
        return key64(*run._replace(account=""))
    return key64(source, run.kind, run.format, printed.report_id) if printed.report_id else None


def _said(printed: Report) -> int | None:
    """A key of all that a typing calls; None for one that calls nothing."""
    if not isinstance(printed, TypingReport):
        return None
    called = sorted(f"{each.locus} {each.expression}" for each in printed.loci if each.expression)
    return key64(*called) if called else None


def report_row(each: Placed) -> ReportRow:
    """The row of a report."""
    receipt, ordinal, report = each.receipt, each.ordinal, each.report
    printed, normal = report.printed, report.normal
    run = run_of(report, listing=each.listing)
    name = identity_of(run, report, f"{receipt.receipt}.{ordinal}", independent=each.independent)
    donor = donor_of(normal, receipt.source)
    return ReportRow(
        seq=receipt.seq,
        ordinal=ordinal,
        source=receipt.source,
        kind=run.kind,
        format=printed.format,
        sample=normal.sample.value,
        sample_scheme=normal.sample.scheme,
        subject=normal.subject.value if normal.subject else None,
        subject_scheme=normal.subject.scheme if normal.subject else None,
        quality_control=is_control(normal),
        donor=donor.value if donor else None,
        donor_scheme=donor.scheme if donor else None,
        donor_owner=donor.owner if donor else None,
        donor_key=donor.key if donor else None,
        identity=name,
        run_key=key64(receipt.source, name),
        report_key=_report_key(receipt.source, run, printed),
        said_key=_said(printed),
        turn=each.turn,
        listing=each.listing,
        withdraws=takes_back(normal),
        printed=printed,
        normalised=normal,
        message=report.message,
    )
