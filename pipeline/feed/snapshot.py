"""The feed as Parquet files, for matchers and analysts: the live store is nobody else's to open.

    feed_typing.parquet   one row per donor and locus
    feed_donor.parquet    one row per donor, a column per locus
    manifest.json         counts, SHA-256 of each file, and how far the spool had been read

All are of one moment. Each file takes the place of its predecessor whole, the manifest last: a reader that finds other
hashes than the manifest's has come in between, and reads again.
"""

import hashlib
import os
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec

from instruments.host import PRIVATE_FILE, private_folder, sync_folder
from pipeline.errors import ConfigError, Unavailable
from pipeline.store.store import Connection, Store

TABLES = {"feed_typing": "donor, owner, locus", "feed_donor": "donor, owner"}
"""What is published, and in which order its rows stand."""
CHUNK = 1 << 20


def publish(store: Store, folder: Path, as_: str = "parquet") -> dict[str, Any]:
    """Write the feed to a folder, made if need be, and give back the manifest.

    Raises ConfigError for a form other than `parquet`, Unavailable if the folder cannot be written.
    """
    if as_ != "parquet":
        raise ConfigError(f"the feed cannot be published as {as_!r}; expected: parquet")
    staged = private_folder(store.snapshots) / ".staged"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with store.transaction("publishing the feed") as connection:
            cursor, rows = _stage(connection, private_folder(staged))
        manifest = {
            "cursor": cursor,
            "files": {
                f"{table}.parquet": {"rows": rows[table], **_put(staged / f"{table}.parquet", folder)}
                for table in TABLES
            },
        }
        (staged / "manifest.json").write_bytes(msgspec.json.format(msgspec.json.encode(manifest), indent=2) + b"\n")
        _put(staged / "manifest.json", folder)
        sync_folder(folder)
    except OSError as error:
        raise Unavailable(f"the feed cannot be published to {folder}: {error.strerror}") from None
    return manifest


def _stage(connection: Connection, staged: Path) -> tuple[int, dict[str, int]]:
    """Copy the feed into the one folder that the store may write to; the cursor and the rows of each file."""
    rows: dict[str, int] = {}
    for table, order in TABLES.items():
        place = str(staged / f"{table}.parquet").replace("'", "''")
        query = f"copy (select * from {table} order by {order}) to '{place}' (format parquet)"  # noqa: S608  # our names
        rows[table] = (connection.execute(query).fetchone() or (0,))[0]
    cursor = connection.execute("select seq from cursor where name = 'spool'").fetchone()
    return (cursor or (0,))[0], rows


def _put(staged: Path, folder: Path) -> dict[str, Any]:
    """Move a staged file to its place, whole or not at all, also from one disk to another."""
    arriving = folder / f".{staged.name}.arriving"
    digest = hashlib.sha256()
    try:
        descriptor = os.open(arriving, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0), PRIVATE_FILE)
        with staged.open("rb") as source, os.fdopen(descriptor, "wb") as target:
            while chunk := source.read(CHUNK):
                digest.update(chunk)
                target.write(chunk)
            target.flush()
            os.fsync(target.fileno())
        arriving.replace(folder / staged.name)
    finally:
        with suppress(FileNotFoundError):
            arriving.unlink()
        staged.unlink()
    return {"sha256": digest.hexdigest(), "bytes": (folder / staged.name).stat().st_size}
