"""What becomes of an arrival: loaded, a duplicate, quarantined, or already here.

An arrival is a repeat when the same source sent the same bytes before (source and SHA-256, and the file's name where it
names the sample). Delivery is at least once at every step, so this rule, not a counter, is what makes the effect
exactly once.

    the same receipt again                  nothing happens: the loader has read the spool twice
    ... of a quarantined receipt            the new outcome takes its place; the old one goes to the history
    the bytes of a loaded receipt           duplicate; loaded, if the format is one whose equal inputs are not the same
    ... which has a newer version           duplicate, in quarantine: the sender may take the newer one back, or send an
                                            old file again; loaded, if somebody has it read again
    the bytes of a quarantined receipt      duplicate if these cannot be read either; else loaded, for they can now
"""

from collections.abc import Iterable
from typing import Any

import msgspec

from pipeline.store.entry import Entry, ReceiptState

ANY_NAME = ""


class Known(msgspec.Struct):
    """A receipt that the store holds, or is about to hold."""

    seq: int
    receipt: str
    source: str
    name: str
    sha256: str
    state: ReceiptState
    format: str
    reason: str


class Outcome(msgspec.Struct, frozen=True):
    """The verdict on one entry. `written` is false where the store already says so; `replaces` an earlier outcome."""

    entry: Entry
    state: ReceiptState
    reason: str
    written: bool = True
    replaces: bool = False


class Ledger:
    """The receipts that matter to one batch, kept up to date as the batch is judged in order."""

    def __init__(self, known: Iterable[dict[str, Any]]) -> None:
        self._by_seq: dict[int, Known] = {}
        self._first: dict[tuple[str, str, str], Known] = {}
        for row in known:
            self._remember(Known(**row))

    def judge(self, entry: Entry) -> Outcome:
        """What becomes of this entry, given everything before it."""
        here = self._by_seq.get(entry.receipt.seq)
        if here and not _resubmitted(here, entry):
            return Outcome(entry, here.state, here.reason, written=False)
        wanted = here is not None and here.state == "duplicate"
        outcome = self._outcome(entry, replaces=here is not None, wanted=wanted)
        receipt = entry.receipt
        self._remember(
            Known(
                receipt.seq,
                receipt.receipt,
                receipt.source,
                receipt.name,
                receipt.sha256,
                outcome.state,
                entry.format,
                outcome.reason,
            )
        )
        return outcome

    def _outcome(self, entry: Entry, *, replaces: bool, wanted: bool) -> Outcome:
        receipt = entry.receipt
        first = self._first.get((receipt.source, receipt.sha256, receipt.name if entry.sample_in_name else ANY_NAME))
        read_now = first is not None and first.state == "quarantined" and entry.state == "loaded"
        if first is None or first.seq == receipt.seq or entry.independent or read_now or wanted:
            return Outcome(entry, entry.state, entry.reason, replaces=replaces)
        reason = f"the same bytes came from this source before, as {first.receipt}"
        if first.state == "quarantined":
            reason += ", which is in quarantine"
        return Outcome(entry, "duplicate", reason, replaces=replaces)

    def _remember(self, known: Known) -> None:
        """Note a receipt; of several with the same bytes a loaded one stands first."""
        self._by_seq[known.seq] = known
        for name in (ANY_NAME, known.name):
            content = (known.source, known.sha256, name)
            first = self._first.get(content)
            if known.state != "duplicate" and (first is None or first.seq == known.seq or first.state == "quarantined"):
                self._first[content] = known


def _resubmitted(here: Known, entry: Entry) -> bool:
    """Whether a receipt that was not loaded has been judged anew, with another outcome."""
    if here.state == "duplicate":
        return entry.resubmitted
    same = entry.state == "quarantined" and (here.format, here.reason) == (entry.format, entry.reason)
    return here.state == "quarantined" and not same
