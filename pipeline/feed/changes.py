"""Which donors have changed since a reader last asked: for a matcher that keeps a copy of its own.

A cursor is a sequence number of the spool. A donor has changed when a report came beyond that cursor that is about it,
or is of a run that names it, or may hold it back or set it free; a resubmitted receipt counts when it is loaded, not
when it arrived. Donors are told of more often than need be, and never too seldom. The reader takes every donor's
typings as they are now, and keeps `Changes.cursor` for next time.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from pipeline.errors import SiteError
from pipeline.store.store import Store

SQL = Path(__file__).parent / "sql"


class Changes(NamedTuple):
    """The cursor to ask with next time, and a row per changed donor: `donor`, and `loci` (empty: nothing is called)."""

    cursor: int
    donors: Iterator[dict[str, Any]]


def changes(store: Store, since: int) -> Changes:
    """What has changed since this cursor; 0 asks for everything. Donors come in the order of their identifiers.

    Raises SiteError for a cursor that this store has not come to: it was given out by another.
    """
    if since > store.last_seq:
        raise SiteError(
            f"cursor {since} was not given out by this store, which has come to {store.last_seq}: it is another "
            "one, or was made anew. Take everything again: graftline feed changes --since 0"
        )
    query = (SQL / "changes.sql").read_text(encoding="utf-8")
    return Changes(store.last_seq, store.rows(query, {"since": since}))
