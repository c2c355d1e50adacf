"""The one writer: a batch of receipts goes into the store in one transaction, with the cursor that says so.

Python judges (is this a repeat? a new version?); SQL unfolds: a call per table and batch, whatever the number of
reports.
"""

from collections.abc import Iterator, Sequence
from itertools import islice

import msgspec

from pipeline.decisions import Delivery, Kept
from pipeline.normalise.comparison import Comparison
from pipeline.store.arrival import Ledger, Outcome
from pipeline.store.contradictions import find_in_batch, keep, speaks_in_phase
from pipeline.store.entry import Entry, ReceiptState
from pipeline.store.outbox import settle
from pipeline.store.report_rows import (
    Placed,
    TypedLoci,
    placed,
    report_row,
    stated_twice,
    typed_loci,
    typing_rows,
)
from pipeline.store.scripts import script
from pipeline.store.statements import Statements
from pipeline.store.store import Connection, Store
from pipeline.store.texts import json_text, key64
from pipeline.store.version import renumber

UNFOLDED = {"observations": ("observation",), "collection": ("observation", "procedure")}
"""By the kind of a report, the statements that make rows of its values."""
AT_ONCE = 2000
"""Reports that go into the tables with one statement a table."""


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


class Writer:
    """Loads entries. `destinations` are the peers to which every message of a new report is to be delivered.

    With a `comparison`, typings are held against the others of their donors.
    """

    def __init__(self, store: Store, destinations: Sequence[str] = (), comparison: Comparison | None = None) -> None:
        self._store = store
        self._comparison = comparison
        self._statements = Statements()
        self._destinations = json_text(list(destinations)) if destinations else None

    def load(
        self, entries: Sequence[Entry], upto: int | None = None, delivered: Sequence[Delivery] = ()
    ) -> list[ReceiptState]:
        """Load these entries, all or none, and note that the spool has been read as far as `upto`.

        Entries come in the order of the spool; `upto` is needed only where that is further than the last receipt (a
        decision about an older receipt was read). Gives the state of each receipt, in order.
        What became of messages (`delivered`) goes into the same transaction.
        Raises Unavailable or IntegrityError, and then nothing has been loaded.
        """
        reached = max([entry.receipt.seq for entry in entries] + [upto or 0])
        states: list[ReceiptState] = []
        try:
            with self._store.transaction("loading receipts") as connection:
                for run in _without_repeats(entries):
                    states += self._load(connection, run, reached)
                settle(connection, delivered)
                connection.execute(script("load/cursor"), [reached])
        except BaseException:
            self._statements.forget()
            raise
        return states

    def read_under(self, comparison: Comparison | None) -> None:
        """Hold typings against each other under another release from now on: what they state is stated under that."""
        self._comparison = comparison
        self._statements.forget()

    def keep(self, decision: int, kept: Kept) -> None:
        """Carry out a decision between typings that contradict each other, the frame `decision` of the spool."""
        with self._store.transaction("deciding between typings") as connection:
            keep(connection, decision, kept)
            connection.execute(script("load/cursor"), [decision])

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
            connection.execute(script("load/ignored_field"), [json_text(ignored)])
        reports = placed(entries)
        while some := list(islice(reports, AT_ONCE)):
            self._write_some(connection, some, reached)

    def _write_some(self, connection: Connection, reports: list[Placed], reached: int) -> None:
        rows = [report_row(each) for each in reports]
        connection.execute(script("load/batch"), [json_text(rows)])
        connection.execute(script("load/report"), [reached])
        connection.execute(script("load/message"))
        typed = typed_loci(reports)
        self._write_typings(connection, typed)
        kinds = {row.kind for row in rows}
        for statement in dict.fromkeys(each for kind in UNFOLDED if kind in kinds for each in UNFOLDED[kind]):
            connection.execute(script(f"load/{statement}"))
        if self._destinations:
            connection.execute(script("load/outbox"), [self._destinations])
        self._compare(connection, typed, reached)

    def _write_typings(self, connection: Connection, typed: list[TypedLoci]) -> None:
        if typed:
            numbers = self._statements.numbers(connection, (pair for _, _, loci in typed for pair in loci))
            connection.execute(script("load/typing"), [json_text(list(typing_rows(typed, numbers)))])

    def _compare(self, connection: Connection, typed: list[TypedLoci], reached: int) -> None:
        """Hold the batch against what the store has of the same donors and runs; mostly it has nothing."""
        runs, donors, resembling, shared = connection.execute(script("load/company")).fetchall()[0]
        twice = any(stated_twice(loci) or speaks_in_phase(loci) for _, _, loci in typed)
        if runs:
            renumber(connection)
        if self._comparison and typed and (runs or donors or twice):
            find_in_batch(connection, self._comparison)
        if resembling:
            connection.execute(script("load/resembling"))
        if runs or donors or shared or resembling:
            connection.execute(script("load/concerned"))
            connection.execute(script("load/told_again"), [reached])


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
    found = connection.execute(script("load/known"), [json_text(asked)])
    columns = [name for name, *_ in found.description or []]
    return [dict(zip(columns, row, strict=True)) for row in found.fetchall()]


def _write_receipts(connection: Connection, outcomes: list[Outcome]) -> None:
    replaced = [outcome.entry.receipt.seq for outcome in outcomes if outcome.replaces]
    if replaced:
        connection.execute(script("load/replaced_history"), [json_text(replaced)])
        connection.execute(script("load/replaced_delete"), [json_text(replaced)])
    if outcomes:
        connection.execute(script("load/receipt"), [json_text([_receipt_row(outcome) for outcome in outcomes])])


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


def _content_key(entry: Entry) -> int:
    return key64(entry.receipt.source, entry.receipt.sha256)
