"""Loads invented receipts one batch after another and says so after each: for the test that kills it."""

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
    first = store.last_seq + 1
    for start in range(first, first + 1000, 10):
        Writer(store).load([unreadable(seq) for seq in range(start, start + 10)])
        sys.stdout.write(f"{start + 9}\n")
        sys.stdout.flush()
