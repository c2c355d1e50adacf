"""Spool and store against each other: every message that was acknowledged is in the store, with all it brought.

Rows are counted and not read: what they say is held against the spool by making the store again (`rebuild --dry-run`).
"""

from collections.abc import Iterator
from itertools import takewhile

import msgspec

from pipeline.loader import receipt_of
from pipeline.site import Site
from pipeline.spool.frames import Kind
from pipeline.spool.reader import verify as damages_of
from pipeline.spool.scan import faults as faults_of_spool
from pipeline.store import queries


class Verdict(msgspec.Struct, frozen=True):
    """What was counted, and every fault in a sentence."""

    messages: int
    parts: int
    receipts: int
    faults: tuple[str, ...]


def verify(site: Site) -> Verdict:
    """Read the whole spool and hold the store against it. Raises SiteError."""
    damages, faults = damages_of(site.home.spool), list[str]()
    store = site.ready_store()
    last = store.last_seq  # what arrives meanwhile is in neither
    known = {row["seq"]: row for row in queries.dump(store, "receipts") if row["seq"] <= last}
    receipts = len(known)
    counts = dict.fromkeys(Kind, 0)
    for envelope, _ in takewhile(lambda frame: frame[0].seq <= last, site.spool.read()):
        counts[envelope.kind] += 1
        if envelope.kind is Kind.MESSAGE:
            faults += _faults_of(receipt_of(envelope).receipt, envelope.sha256.hex(), known.pop(envelope.seq, None))
    faults = [*faults_of_spool(damages, [row["receipt"] for row in known.values()]), *faults]
    faults += [
        f"store: the receipt {row['receipt']} lacks {row['what']}; run: graftline rebuild"
        for row in queries.incomplete(store)
    ]
    return Verdict(counts[Kind.MESSAGE], counts[Kind.PART], receipts, tuple(faults))


def _faults_of(receipt: str, sha256: str, row: dict[str, object] | None) -> Iterator[str]:
    if row is None:
        yield f"store: the receipt {receipt} is missing; run: graftline rebuild"
    elif row["sha256"] != sha256:
        yield f"store: the receipt {receipt} names other bytes than the spool holds; run: graftline rebuild"
