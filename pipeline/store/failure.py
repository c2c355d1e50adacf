"""What DuckDB says when it fails, without the values it says it with.

DuckDB quotes the offending value in its messages ("Could not convert string 'DOE^JANE' ..."). Those texts must reach
neither a log nor a terminal, so every statement runs inside `without_values`, which keeps the kind of failure only.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from pipeline.errors import IntegrityError, SiteError, Unavailable

OUT_OF_REACH = (duckdb.IOException, duckdb.OutOfMemoryException, duckdb.ConnectionException)


@contextmanager
def without_values(doing: str) -> Iterator[None]:
    """Turn an error of DuckDB into one of the house: `Unavailable` (disk, memory) or `IntegrityError` (the rest)."""
    try:
        yield
    except duckdb.Error as error:
        raise _told(error, doing) from None


def _told(error: duckdb.Error, doing: str) -> SiteError:
    kind = type(error).__name__
    if "orrupt" in str(error) or isinstance(error, duckdb.FatalException):
        return IntegrityError(
            f"the store failed while {doing} ({kind}); restart the service, or run `graftline rebuild`"
        )
    if isinstance(error, OUT_OF_REACH):
        return Unavailable(f"the store cannot be used while {doing} ({kind}); check the disk's free space and memory")
    return IntegrityError(f"the store refused {doing} ({kind}); please report this, with the command that was run")
