"""The feed as files, for matchers and analysts: the live store is nobody else's to open.

    feed_typing.parquet   one row per donor and locus
    feed_donor.parquet    one row per donor, a column per locus
    feed.TARGET.SUFFIX    instead of these: the donors in the format of a registry or a matcher (`pipeline.exchange`)
    left_out.csv          what that format cannot hold, and why
    manifest.json         counts, SHA-256 of each file, and how far the spool had been read

All are of one moment. Each file takes the place of its predecessor whole, the manifest last: a reader that finds other
hashes than the manifest's has come in between, and reads again.
"""

import csv
import hashlib
import os
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec

from instruments.host import PRIVATE_FILE, private_folder, sync_folder
from pipeline.errors import ConfigError, Unavailable
from pipeline.exchange.record import Dispatch, LeftOut
from pipeline.exchange.targets import TARGETS, Target
from pipeline.feed.records import ORDERED, records
from pipeline.store.store import Connection, Store

TABLES = {"feed_typing": "donor, owner, locus", "feed_donor": "donor, owner"}
"""What is published, and in which order its rows stand."""
CHUNK = 1 << 20
PARQUET = "parquet"
LEFT_OUT = "left_out.csv"
FORMS = (PARQUET, *TARGETS)


class Publisher(msgspec.Struct, frozen=True):
    """What files for others say of whoever publishes them, and a feed does not hold."""

    facility: str = ""
    organisation: str = ""
    pool: str = ""
    date: str = ""
    """For typings that print none, as in `Dispatch`."""


NOBODY = Publisher()


def publish(store: Store, folder: Path, as_: str = PARQUET, publisher: Publisher = NOBODY) -> dict[str, Any]:
    """Write the feed to a folder, made if need be, and give back the manifest.

    Raises ConfigError for an unknown form, Unavailable if the folder cannot be written.
    """
    if as_ not in FORMS:
        raise ConfigError(f"the feed cannot be published as {as_!r}; expected one of: {', '.join(FORMS)}")
    staged = private_folder(store.snapshots) / ".staged"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with store.transaction("publishing the feed") as connection:
            cursor = (connection.execute("select seq from cursor where name = 'spool'").fetchone() or (0,))[0]
            if as_ == PARQUET:
                rows = _stage_parquet(connection, private_folder(staged))
            else:
                rows = _stage_target(store, TARGETS[as_], private_folder(staged) / f"feed.{as_}", publisher)
        files = {name: {"rows": count, **_put(staged / name, folder)} for name, count in rows.items()}
        manifest = {"cursor": cursor, "files": files}
        (staged / "manifest.json").write_bytes(msgspec.json.format(msgspec.json.encode(manifest), indent=2) + b"\n")
        _put(staged / "manifest.json", folder)
        sync_folder(folder)
    except OSError as error:
        raise Unavailable(f"the feed cannot be published to {folder}: {error.strerror}") from None
    return manifest


def _stage_parquet(connection: Connection, staged: Path) -> dict[str, int]:
    """Copy the feed into the one folder that the store may write to; the rows of each file."""
    rows: dict[str, int] = {}
    for table, order in TABLES.items():
        place = str(staged / f"{table}.parquet").replace("'", "''")
        query = f"copy (select * from {table} order by {order}) to '{place}' (format parquet)"  # noqa: S608  # our names
        rows[f"{table}.parquet"] = (connection.execute(query).fetchone() or (0,))[0]
    return rows


def _stage_target(store: Store, target: Target, stem: Path, publisher: Publisher) -> dict[str, int]:
    """Write the donors for somebody else, and what that format cannot hold; how many each file holds.

    The document bears the time of the newest receipt, so that the same feed gives the same bytes.
    """
    donors = list(records(store.rows(ORDERED)))
    newest = next(store.rows("select coalesce(max(received), '') as received from receipt"))["received"]
    dispatch = Dispatch(document_id="feed", written=newest, **msgspec.structs.asdict(publisher))
    written = target.write(donors, dispatch)
    document, left_out = stem.with_name(stem.name + target.suffix), stem.with_name(LEFT_OUT)
    document.write_text(written.text, encoding="utf-8", newline="")
    with left_out.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([LeftOut._fields, *written.left_out])
    return {document.name: written.samples, left_out.name: len(written.left_out)}


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
