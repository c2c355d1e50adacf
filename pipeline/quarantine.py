"""Putting a quarantined receipt back: a decision that the spool keeps, so that a rebuild takes it again."""

from typing import Any

import msgspec

from instruments.errors import Refused
from pipeline.errors import SiteError, Unavailable
from pipeline.loader import Resubmission
from pipeline.site import Site
from pipeline.spool.frames import Kind
from pipeline.store import queries

DECIDER = "quarantine"


def resubmit(site: Site, seq: int, format: str = "") -> dict[str, Any]:
    """Have a receipt read again, as this format if one is named; what the store then says of it. Raises SiteError."""
    if format and format not in site.formats:
        raise SiteError(f'there is no format "{format}"; expected one of: {", ".join(site.formats)}')
    try:
        site.spool.append(Kind.DECISION, DECIDER, msgspec.json.encode(Resubmission(seq, format)), refers=(seq,))
    except Refused as reason:
        raise Unavailable(f"the decision cannot be kept: {reason}") from reason
    store = site.ready_store()
    return next(row for row in queries.dump(store, "receipts") if row["seq"] == seq)
