"""Everything that can be asked of the store. Every answer comes in a stable order: that of the spool."""

import hashlib
from collections.abc import Iterator, Sequence
from operator import itemgetter
from typing import Any, Literal, get_args

import msgspec

from pipeline.store.scripts import script
from pipeline.store.store import Store

Row = dict[str, Any]

Dump = Literal[
    "receipts",
    "reports",
    "typings",
    "observations",
    "procedures",
    "donors",
    "conflicts",
    "messages",
    "ignored",
    "changes",
]
DUMPS: tuple[Dump, ...] = get_args(Dump)


def dump(store: Store, what: Dump) -> Iterator[Row]:
    """Every row of one kind. The flags of a typing or value include those of its version against the one before."""
    for row in store.rows(script(f"dump/{what}")):
        if "flags" in row:
            row["flags"] = spelled_out(row["flags"], row.pop("version_flags", None))
        yield row


def contested(store: Store, seq: int, donors: Sequence[str] = ()) -> int:
    """In how many contradictions a receipt stands of which the other side stands, too; of these donors or of all."""
    return int(next(store.rows(script("compare/contested"), [seq, list(donors)]))["contested"])


def quarantine(store: Store) -> Iterator[Row]:
    """Every receipt that was not loaded or contradicts another, with the reason: what a person has to look at."""
    return store.rows(script("dump/quarantine"))


def quarantined_of(store: Store, source: str, after: int) -> Iterator[Row]:
    """The receipts of one source behind a sequence number that could not be read, with the reason."""
    return store.rows(script("dump/quarantined_of"), [source, after])


def summary(store: Store) -> Iterator[Row]:
    """What became of the receipts of each source; `loaded` counts the superseded ones too, for they were loaded."""
    return store.rows(script("dump/summary"))


def show(store: Store, receipt: str) -> Row | None:
    """Everything the store has of one receipt; None if it has no such receipt."""
    found = next(store.rows(*_where("receipts", "receipt", receipt)), None)
    if found is None:
        return None
    messages = {row["ordinal"]: row["message"] for row in store.rows(*_where("messages", "receipt", receipt))}
    rows = sorted(store.rows(*_where("reports", "receipt", receipt)), key=itemgetter("ordinal"))
    reports = [{**row, "flags": spelled_out(row["flags"]), "message": messages.get(row["ordinal"])} for row in rows]
    history = list(store.rows(script("dump/receipt_history"), [found["seq"]]))
    ignored = [
        {"path": row["path"], "count": row["count"]} for row in store.rows(*_where("ignored", "receipt", receipt))
    ]
    evidence = list(store.rows(script("dump/evidence"), [found["seq"]]))
    return {**found, "reports": reports, "ignored": ignored, "history": history, "evidence": evidence}


def incomplete(store: Store) -> Iterator[Row]:
    """What the store lacks of what its receipts brought, as far as counting shows it: `receipt` and `what`."""
    return store.rows(script("verify/incomplete"))


def content_hash(store: Store) -> str:
    """SHA-256 of all that the store says: equal for a store that grew and for one rebuilt from the same spool."""
    digest = hashlib.sha256()
    for what in DUMPS:
        for row in dump(store, what):
            digest.update(msgspec.json.encode([what, row], order="sorted") + b"\n")
    return digest.hexdigest()


def _where(what: Dump, column: str, value: str) -> tuple[str, list[str]]:
    return f"select * from ({script(f'dump/{what}')}) where {column} = ?", [value]  # noqa: S608  # our own names only


def spelled_out(*lists: list[Row] | None) -> list[Row]:
    """Flags of several origins in one list, each with its severity spelled out."""
    return [{"severity": "warning", **flag} for each in lists for flag in each or []]


def states_of(store: Store, receipts: list[str]) -> dict[str, Row]:
    """What became of these receipts, by their ids."""
    return {row["receipt"]: row for row in store.rows(script("dump/states"), [receipts])}


def flagged(store: Store, seqs: Sequence[int]) -> set[int]:
    """Those of these receipts that hold something that is flagged as an error, by their numbers."""
    if not seqs:
        return set()
    return {row["seq"] for row in store.rows(script("dump/flagged"), [min(seqs), max(seqs)])} & set(seqs)
