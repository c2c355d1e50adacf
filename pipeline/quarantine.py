"""Putting a quarantined receipt back, and deciding between two that contradict each other.

Both are decisions that the spool keeps, so that a rebuild takes them again.
"""

from collections.abc import Sequence
from typing import Any

from pipeline.decisions import Kept, Resubmission, decide
from pipeline.errors import SiteError
from pipeline.site import Site
from pipeline.store import queries


def resubmit(site: Site, seq: int, format: str = "") -> dict[str, Any]:
    """Have a receipt read again, as this format if one is named; what the store then says of it. Raises SiteError."""
    if format and format not in site.formats:
        raise SiteError(f'there is no format "{format}"; expected one of: {", ".join(site.formats)}')
    decide(site.spool, Resubmission(seq, format))
    return next(row for row in queries.dump(site.ready_store(), "receipts") if row["seq"] == seq)


def keep(site: Site, receipt: str, loci: Sequence[str] = (), donors: Sequence[str] = ()) -> int:
    """Have what a receipt says stand, of these donors at these loci or at all; how many contradictions it ends."""
    store = site.ready_store()
    seq = next((row["seq"] for row in store.rows("select seq from receipt where receipt = ?", [receipt])), None)
    if seq is None or not (before := queries.contested(store, seq, donors)):
        return 0
    decide(site.spool, Kept(seq, tuple(loci), tuple(donors)))
    return before - queries.contested(site.ready_store(), seq, donors)
