"""The DuckDB file of a site: opened safely, one writer at a time, closed cleanly.

The store is a projection of the spool. A file that DuckDB cannot open any more (a power cut in the middle of a
checkpoint leaves about one in eight so) is therefore set aside under another name, and an empty one takes its place:
its cursor stands at 0, and the loader fills it from the spool again. After any unclean stop the store goes back to its
last checkpoint, at most `wal_autocheckpoint` of log ago. Both are told in `pipeline.store.damage`.

So `last_seq` may be lower at the next opening than it was, and what is kept nowhere but here (which message has been
delivered) may go back with it: peers must take a message twice.

DuckDB gives the file to one process. While the service runs, other processes ask the service.

The file format is pinned, so that every DuckDB from 1.5.5 on opens it. DuckDB never reaches beyond the file: no other
file, no network, no extension; the one folder it may write to is `snapshots` beside it, where the feed is published.
"""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from shutil import rmtree
from typing import Any, Self

import duckdb
import msgspec

from instruments.host import PRIVATE_FILE
from pipeline.errors import Unavailable
from pipeline.store.damage import drop_logs, put_back_logs, put_by_logs, set_aside
from pipeline.store.failure import without_values
from pipeline.store.lock import in_use, take_lock
from pipeline.store.migration import applied, migrate

SETTINGS: dict[str, str | bool | int | float | list[str]] = {
    "storage_compatibility_version": "v1.5.0",
    "wal_autocheckpoint": "64MB",  # some 4,000 typing reports; every checkpoint writes the ends of the tables once more
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "allow_community_extensions": False,
    "allow_persistent_secrets": False,
}
ROWS_AT_ONCE = 2000
HELD = re.compile(r"Could not set lock|being used by another process")
HELD_HERE = re.compile(r"configuration has been locked|different configuration than existing connections")
HOLDER = re.compile(r"\(PID (\d+)\)")
HEADERS = 3 * 4096
"""Bytes before the first block of a DuckDB file."""
OUT_OF_REACH = re.compile(r"Permission denied|Read-only file system|No space left|Too many open files|newer version")

Connection = duckdb.DuckDBPyConnection


class Store:
    """The open store. Raises Unavailable if another process has it or the disk will not let us.

    `set_aside` is where a damaged file went, if there was one; then `rebuild_needed` is true and `last_seq` is 0.
    """

    def __init__(self, path: Path) -> None:
        self.path = path.resolve()
        self.snapshots = self.path.parent / "snapshots"
        self.set_aside: Path | None = None
        self._writing = threading.Lock()
        try:
            self._touch()
            self._lock = take_lock(self.path)
        except OSError as error:
            raise self._out_of_reach(error) from None
        try:
            self._connection = self._open()
            self._prepare()
        except BaseException:
            self._lock.close()
            raise

    @property
    def rebuild_needed(self) -> bool:
        """Whether a damaged file was set aside, so that everything must be loaded from the spool again."""
        return self.set_aside is not None

    @property
    def alive(self) -> bool:
        """Whether DuckDB still answers; after a checkpoint that found no room it does not until it is opened again."""
        try:
            self._connection.cursor().execute("select 1")
        except duckdb.Error:
            return False
        return True

    @property
    def last_seq(self) -> int:
        """How far the spool has been loaded: the sequence number of the last receipt or decision."""
        seq: int = next(self.rows("select seq from cursor where name = 'spool'"))["seq"]
        return seq

    @property
    def release_in_use(self) -> str | None:
        """The nomenclature release that typings are read under (empty: none); None as long as there is no typing."""
        row = next(self.rows("select release from release_in_use"), None)
        return row["release"] if row else None

    @contextmanager
    def transaction(self, doing: str) -> Iterator[Connection]:
        """A connection whose statements take effect all together or not at all; one such at a time."""
        with self._writing, without_values(doing):
            connection = self._connection.cursor()
            connection.begin()
            try:
                yield connection
                connection.commit()
            finally:
                connection.close()  # rolls back what was not committed

    def rows(self, query: str, parameters: list[Any] | dict[str, Any] | None = None) -> Iterator[dict[str, Any]]:
        """The rows of a query as dictionaries; JSON columns come as lists and dictionaries."""
        with without_values("reading"):
            connection = self._connection.cursor()
            connection.execute(query, parameters)
            columns = [(name, str(kind) == "JSON") for name, kind, *_ in connection.description or []]
            while rows := connection.fetchmany(ROWS_AT_ONCE):
                for row in rows:
                    yield {
                        name: msgspec.json.decode(value) if is_json and value is not None else value
                        for (name, is_json), value in zip(columns, row, strict=True)
                    }

    def close(self) -> None:
        """Put everything into the file and let go of it."""
        with suppress(duckdb.Error):  # a reader still at work; what stays in the log is loaded again
            self._connection.execute("checkpoint")
        self._connection.close()
        self._lock.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _touch(self) -> None:
        """Find out from the system, not from DuckDB's texts, whether the file may be used at all."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        if self.path.exists():
            with self.path.open("r+b"):
                pass

    def _out_of_reach(self, error: OSError) -> Unavailable:
        return Unavailable(f"the store {self.path} cannot be opened: {error.strerror}; check its permissions")

    def _open(self) -> Connection:
        try:
            put_by_logs(self.path)
            connection = self._connect()
            drop_logs(self.path)
        except OSError as error:
            raise self._out_of_reach(error) from None
        except duckdb.Error as error:
            refusal = _refusal(error)
        else:
            return connection
        if refusal:
            put_back_logs(self.path)
            raise refusal
        self.set_aside = set_aside(self.path)
        with without_values("making a new file in place of a damaged one"):
            return self._connect()

    def _connect(self) -> Connection:
        connection = duckdb.connect(str(self.path), config=SETTINGS)
        try:
            self.path.chmod(PRIVATE_FILE)
            folder = str(self.snapshots).replace("'", "''")
            connection.execute(f"set allowed_directories = ['{folder}']")
            connection.execute("set enable_external_access = false")
            connection.execute("set lock_configuration = true")
            self._check(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _check(self, connection: Connection) -> None:
        """Read what can be read at once. Raises duckdb.Error if the file is damaged."""
        size = connection.execute("select used_blocks * block_size from pragma_database_size()").fetchone()
        if size and size[0] and self.path.stat().st_size < HEADERS + size[0]:
            raise duckdb.IOException("Corrupt database file: it ends early")
        if applied(connection):
            connection.execute("select max(seq) from cursor").fetchone()

    def _prepare(self) -> None:
        """Bring the schema up to date, and remove what a process killed in a large sort left on disk in the clear."""
        rmtree(self.path.with_name(self.path.name + ".tmp"), ignore_errors=True)
        try:
            with without_values("preparing the tables"):
                migrate(self._connection)
        except BaseException:
            self._connection.close()
            raise


def _refusal(error: duckdb.Error) -> Unavailable | None:
    """Why the file cannot be opened just now; None if it is damaged."""
    text = str(error)
    if HELD_HERE.search(text):
        return Unavailable("the store is already open in this process; use the one that is open")
    if HELD.search(text):
        holder = HOLDER.search(text)
        return in_use(f"process {holder[1]}" if holder else "another process")
    if isinstance(error, duckdb.OutOfMemoryException) or OUT_OF_REACH.search(text):
        return Unavailable(
            f"the store cannot be opened ({type(error).__name__}); check permissions, free space and that this is the "
            "version of Graftline it was made with, or run `graftline rebuild`"
        )
    return None
