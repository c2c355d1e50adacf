"""The one writer: a batch of receipts goes into the store in one transaction, with the cursor that says so.

Python judges (is this a repeat? a new version?); SQL unfolds. The reports of a batch travel as one JSON text, and the
statements in sql/load make rows of it: a call per table and batch, whatever the number of reports.
"""

from collections.abc import Iterator, Sequence

import msgspec

from parsers.records import Report, TypingReport, identity
from pipeline.normalise.records import NormalObservations, NormalReport, NormalTyping
from pipeline.store.arrival import Ledger, Outcome, key64
from pipeline.store.entry import Entry, LoadedReport, Receipt, ReceiptState
from pipeline.store.scripts import script
from pipeline.store.store import Connection, Store
from pipeline.store.version import renumber

UNFOLDED = {
    "typing": ("locus", "typing", "typing_normal"),
    "observations": ("observation",),
    "collection": ("observation", "procedure"),
}
"""By the kind of a report, the statements that make rows of its values."""
TEMPORARY = ("batch", "locus")


class Asked(msgspec.Struct, frozen=True):
    """What to look up before an entry can be judged."""

    seq: int
    content_key: int


class ReceiptRow(msgspec.Struct, frozen=True):
    """A row of the table `receipt`."""

    seq: int
    receipt: str
    source: str
    name: str
    format: str
    sha256: str
    bytes: int
    received: str
    whole: bool
    note: str
    state: ReceiptState
    reason: str
    content_key: int


class ReportRow(msgspec.Struct, frozen=True, kw_only=True):
    """A report on its way into the tables that sql/load/batch.sql feeds."""

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
    identity: str
    run_key: int
    printed: Report
    normalised: NormalReport
    message: str


class Writer:
    """Loads entries. `destinations` are the peers to which every message of a new report is to be delivered."""

    def __init__(self, store: Store, destinations: Sequence[str] = ()) -> None:
        self._store = store
        self._destinations = msgspec.json.encode(list(destinations)).decode() if destinations else None

    def load(self, entries: Sequence[Entry], upto: int | None = None) -> list[ReceiptState]:
        """Load these entries, all or none, and note that the spool has been read as far as `upto`.

        Entries come in the order of the spool; `upto` is needed only where that is further than the last receipt (a
        decision about an older receipt was read). Gives the state of each receipt, in order.
        Raises Unavailable or IntegrityError, and then nothing has been loaded.
        """
        reached = max([entry.receipt.seq for entry in entries] + [upto or 0])
        states: list[ReceiptState] = []
        with self._store.transaction("loading receipts") as connection:
            for run in _without_repeats(entries):
                states += self._load(connection, run, reached)
            connection.execute(script("load/cursor"), [reached])
        return states

    def _load(self, connection: Connection, entries: list[Entry], reached: int) -> list[ReceiptState]:
        ledger = Ledger(_known(connection, entries))
        outcomes = [ledger.judge(entry) for entry in entries]
        written = [outcome for outcome in outcomes if outcome.written]
        _write_receipts(connection, written)
        loaded = [outcome.entry for outcome in written if outcome.state == "loaded"]
        self._write_reports(connection, loaded, reached)
        return [outcome.state for outcome in outcomes]

    def _write_reports(self, connection: Connection, entries: list[Entry], reached: int) -> None:
        ignored = [
            {"seq": entry.receipt.seq, "path": field.path, "count": field.count}
            for entry in entries
            for field in entry.ignored
        ]
        if ignored:
            connection.execute(script("load/ignored_field"), [_json(ignored)])
        rows = [row for entry in entries for row in _report_rows(entry)]
        if not rows:
            return
        connection.execute(script("load/batch"), [_json(rows)])
        connection.execute(script("load/report"), [reached])
        connection.execute(script("load/message"))
        kinds = {row.kind for row in rows}
        for statement in dict.fromkeys(each for kind in UNFOLDED if kind in kinds for each in UNFOLDED[kind]):
            connection.execute(script(f"load/{statement}"))
        if self._destinations:
            connection.execute(script("load/outbox"), [self._destinations])
        renumber(connection, reached)
        for table in TEMPORARY:
            connection.execute(f"drop table if exists {table}")


def _without_repeats(entries: Sequence[Entry]) -> Iterator[list[Entry]]:
    """The entries in stretches in which no receipt stands twice (it does when it was resubmitted at once)."""
    stretch: dict[int, Entry] = {}
    for entry in entries:
        if entry.receipt.seq in stretch:
            yield list(stretch.values())
            stretch = {}
        stretch[entry.receipt.seq] = entry
    if stretch:
        yield list(stretch.values())


def _known(connection: Connection, entries: list[Entry]) -> list[dict[str, object]]:
    asked = [Asked(entry.receipt.seq, _content_key(entry)) for entry in entries]
    found = connection.execute(script("load/known"), [_json(asked)])
    columns = [name for name, *_ in found.description or []]
    return [dict(zip(columns, row, strict=True)) for row in found.fetchall()]


def _write_receipts(connection: Connection, outcomes: list[Outcome]) -> None:
    replaced = [outcome.entry.receipt.seq for outcome in outcomes if outcome.replaces]
    if replaced:
        connection.execute(script("load/replaced_history"), [_json(replaced)])
        connection.execute(script("load/replaced_delete"), [_json(replaced)])
    if outcomes:
        connection.execute(script("load/receipt"), [_json([_receipt_row(outcome) for outcome in outcomes])])


def _receipt_row(outcome: Outcome) -> ReceiptRow:
    entry = outcome.entry
    receipt = entry.receipt
    return ReceiptRow(
        receipt.seq,
        receipt.receipt,
        receipt.source,
        receipt.name,
        entry.format,
        receipt.sha256,
        receipt.size,
        receipt.received,
        receipt.whole,
        receipt.note,
        outcome.state,
        outcome.reason,
        _content_key(entry),
    )


def _report_rows(entry: Entry) -> Iterator[ReportRow]:
    for ordinal, report in enumerate(entry.reports):
        _check_agreement(report, entry.receipt.receipt)
        yield _report_row(entry.receipt, ordinal, report)


def _report_row(receipt: Receipt, ordinal: int, report: LoadedReport) -> ReportRow:
    printed, normal = report.printed, report.normal
    run = identity(printed)
    name = _json(run)
    return ReportRow(
        seq=receipt.seq,
        ordinal=ordinal,
        source=receipt.source,
        kind=run[0],
        format=printed.format,
        sample=normal.sample.value,
        sample_scheme=normal.sample.scheme,
        subject=normal.subject.value if normal.subject else None,
        subject_scheme=normal.subject.scheme if normal.subject else None,
        quality_control=isinstance(normal, NormalObservations) and normal.quality_control,
        identity=name,
        run_key=key64(receipt.source, name),
        printed=printed,
        normalised=normal,
        message=report.message,
    )


def _check_agreement(report: LoadedReport, receipt: str) -> None:
    """A typing is stored beside its meaning by its place in the list: the two lists must be as long as each other."""
    printed, normal = report.printed, report.normal
    if isinstance(printed, TypingReport) and isinstance(normal, NormalTyping) and len(printed.loci) != len(normal.loci):
        raise ValueError(f"{receipt}: {len(printed.loci)} typings printed, {len(normal.loci)} normalised")


def _content_key(entry: Entry) -> int:
    return key64(entry.receipt.source, entry.receipt.sha256)


def _json(rows: object) -> str:
    return msgspec.json.encode(rows).decode()
