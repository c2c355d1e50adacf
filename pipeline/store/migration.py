"""Numbered schema changes, applied in order and written down with the hash of their text."""

import hashlib

import duckdb

from pipeline.errors import IntegrityError, Unavailable
from pipeline.store.scripts import migrations

LEDGER = """
create table migration (number integer not null, name varchar not null, sha256 varchar not null);
comment on table migration is 'One row per schema change that has been applied to this store.';
"""


def applied(connection: duckdb.DuckDBPyConnection) -> dict[int, str]:
    """The hash of every migration this store has had, by number; empty for a new file."""
    known = connection.execute("select 1 from duckdb_tables() where table_name = 'migration'").fetchone()
    return dict(connection.execute("select number, sha256 from migration").fetchall()) if known else {}


def migrate(connection: duckdb.DuckDBPyConnection) -> None:
    """Bring the store to the newest schema.

    Raises Unavailable for a store of a newer program, IntegrityError where an applied migration is not the one we have.
    """
    done = applied(connection)
    shipped = migrations()
    if done.keys() - {number for number, _, _ in shipped}:
        raise Unavailable(
            "the store was made by a newer version of Graftline; use that version, or run `graftline rebuild`"
        )
    for number, name, text in shipped:
        sha256 = hashlib.sha256(text.encode()).hexdigest()
        if number not in done:
            _apply(connection, number, name, text)
        elif done[number] != sha256:
            raise IntegrityError(f"the store was made with another text of migration {name}; run `graftline rebuild`")
    if len(done) < len(shipped):
        connection.execute("checkpoint")


def _apply(connection: duckdb.DuckDBPyConnection, number: int, name: str, text: str) -> None:
    """One migration and its line in the ledger, together or not at all."""
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    connection.begin()
    if number == 1:
        connection.execute(LEDGER)
    connection.execute(text)
    connection.execute("insert into migration values (?, ?, ?)", [number, name, sha256])
    connection.commit()
