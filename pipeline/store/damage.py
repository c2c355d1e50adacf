"""Files of a store that are not read any more: what is moved where, so that nothing is lost by it.

**The log of an unclean stop is not read.** DuckDB writes committed rows to a log (`.wal`) first. Its checksum is an
exclusive-or of 8-byte words, so a sector of a column in which every word stands an even number of times can turn to
zeros unnoticed: a power cut that tears the log was seen to bring back typings under receipt number 0. A clean stop
leaves no log. Where there is one, the store goes back to its last checkpoint, the cursor with it, and the loader loads
the rest from the spool again: seconds of work instead of a doubt.

**A file that DuckDB cannot read is set aside**, never deleted, under the next free name `store.duckdb.damaged-N`. So
is a store that a rebuild replaces although it holds receipts that the spool has lost: `store.duckdb.earlier-N`.
"""

from pathlib import Path

from instruments.host import sync_folder
from pipeline.errors import Unavailable

UNREAD = ".unread"


def put_by_logs(path: Path) -> None:
    """Rename the logs of an unclean stop, so that DuckDB does not find them. Raises OSError."""
    for log in path.parent.glob("*.wal"):
        if log.name.startswith(f"{path.name}."):
            log.replace(log.with_name(log.name + UNREAD))


def put_back_logs(path: Path) -> None:
    """Undo `put_by_logs`: the store belongs to somebody else."""
    for log in _unread(path):
        log.replace(log.with_name(log.name.removesuffix(UNREAD)))


def drop_logs(path: Path) -> None:
    """Delete the logs that were put by: the store is open, and the spool has what they had."""
    for log in _unread(path):
        log.unlink()


def set_aside(path: Path, mark: str = "damaged") -> Path:
    """Move a store and its logs out of the way, marked; where to. Raises Unavailable if that cannot be done."""
    number = 1
    while (aside := path.with_name(f"{path.name}.{mark}-{number}")).exists():
        number += 1
    try:
        put_by_logs(path)
        for log in _unread(path):
            log.replace(aside.with_name(aside.name + log.name.removeprefix(path.name).removesuffix(UNREAD)))
        path.replace(aside)
        sync_folder(path.parent)
    except OSError as error:
        raise Unavailable(f"the {mark} store cannot be moved aside: {error.strerror}") from None
    return aside


def _unread(path: Path) -> list[Path]:
    return [log for log in path.parent.glob(f"*.wal{UNREAD}") if log.name.startswith(f"{path.name}.")]
