"""What DuckDB says when it fails, without the values it says it with.

DuckDB quotes the offending value in its messages ("Could not convert string 'DOE^JANE' ..."). Those texts must reach
neither a log nor a terminal, so every statement runs inside `without_values`, which keeps the kind of failure only.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from pipeline.errors import IntegrityError, SiteError, Unavailable

OUT_OF_REACH = (duckdb.IOException, duckdb.OutOfMemoryException, duckdb.ConnectionException)

DAMAGED = re.compile(r"[Cc]orrupt|Could not read enough bytes")
FULL = re.compile(r"No space left|Disk quota exceeded|disk full", re.IGNORECASE)
"""DuckDB calls it fatal when a checkpoint finds no room, and so it is until it is opened again; nothing is damaged."""


@contextmanager
def without_values(doing: str) -> Iterator[None]:
    """Turn an error of DuckDB into one of the house: `Unavailable` (disk, memory) or `IntegrityError` (the rest)."""
    try:
        yield
    except duckdb.Error as error:
        raise _told(error, doing) from None


def _told(error: duckdb.Error, doing: str) -> SiteError:
    kind = type(error).__name__
    if DAMAGED.search(str(error)):
        return IntegrityError(f"the store's file is damaged: it failed while {doing} ({kind}); run `graftline rebuild`")
    if FULL.search(str(error)):
        return Unavailable(f"the store has no room on its disk ({kind} while {doing}); free some, and start again")
    if isinstance(error, duckdb.FatalException):
        return IntegrityError(
            f"the store failed while {doing} ({kind}) and must be opened again; a service does so by itself"
        )
    if isinstance(error, OUT_OF_REACH):
        return Unavailable(f"the store cannot be used while {doing} ({kind}); check the disk's free space and memory")
    return IntegrityError(f"the store refused {doing} ({kind}); please report this, with the command that was run")
