"""Loads invented receipts, ten a batch, up to a number, and says so after each: for the test that kills it."""

import hashlib
import sys
from pathlib import Path

from pipeline.store.entry import Entry, Receipt
from pipeline.store.store import Store
from pipeline.store.writer import Writer


def unreadable(seq: int) -> Entry:
    """An arrival that could not be read."""
    sha256 = hashlib.sha256(str(seq).encode()).hexdigest()
    receipt = Receipt(
        receipt=f"R{seq}", seq=seq, source="lab", name="", sha256=sha256, size=1, received="2026-01-02T03:04:05Z"
    )
    return Entry(receipt=receipt, state="quarantined", reason="invented")


with Store(Path(sys.argv[1])) as store:
    last = int(sys.argv[2])
    while store.last_seq < last:
        Writer(store).load([unreadable(seq) for seq in range(store.last_seq + 1, store.last_seq + 11)])
        sys.stdout.write(f"{store.last_seq}\n")
        sys.stdout.flush()
