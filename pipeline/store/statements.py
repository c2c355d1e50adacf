"""The statements that typings make about loci, each distinct one kept once and known by a number.

A registry's typings repeat: millions of them are some ten thousand distinct statements. What a statement means depends
on nothing but its own text and the nomenclature release, so its meaning is written once a release, and another release
means new rows for statements, not for typings. One that names no release itself means what it meant under the one in
use when it first came: the same text is another statement when it comes under another. What the rest of a report makes
doubtful belongs to the typing.

Numbers follow the order in which statements first came, which is that of the spool: a rebuilt store gives the same.
"""

from collections.abc import Iterable
from itertools import count

import msgspec

from parsers.records import LocusTyping
from pipeline.normalise.records import NormalLocus
from pipeline.store.scripts import script
from pipeline.store.store import Connection
from pipeline.store.texts import json_text, key64

REMEMBERED = 200_000
"""Statements whose numbers are kept in memory, some 100 bytes each."""

Statement = tuple[str, str, str, str, str]
"""Locus, state, text as reported, expression, release as stated."""

Pair = tuple[LocusTyping, NormalLocus]
"""A locus as printed, and as it is read."""


class StatementRow(msgspec.Struct, frozen=True):
    """A statement that has not been met before, and what it means."""

    id: int
    key: int
    locus: str
    state: str
    reported: str
    expression: str
    stated_release: str
    release: str
    glstring: str | None
    resolution: str
    flags: str


class Statements:
    """The numbers of statements, those met lately remembered."""

    def __init__(self) -> None:
        self._known: dict[Statement, int] = {}

    def numbers(self, connection: Connection, pairs: Iterable[Pair]) -> dict[Statement, int]:
        """The number of every one of these statements; new ones are written, with their meaning."""
        met = {statement_of(printed): (printed, normal) for printed, normal in pairs}
        fresh = [pair for statement, pair in met.items() if statement not in self._known]
        if len(self._known) + len(fresh) > REMEMBERED:
            self._known.clear()
            fresh = list(met.values())
        if fresh:
            self._known.update(_written(connection, fresh))
        return self._known

    def forget(self) -> None:
        """Forget all numbers: those of a transaction that was taken back were never given."""
        self._known.clear()


def statement_of(printed: LocusTyping) -> Statement:
    """What makes a statement: two typings that agree in it mean the same under any release."""
    return (printed.locus, printed.state, printed.reported, printed.expression, printed.stated_release)


def _written(connection: Connection, fresh: list[Pair]) -> dict[Statement, int]:
    """The numbers of these statements: those that the store has, and those that they are now written under."""
    keyed = {statement_of(printed): (printed, normal) for printed, normal in fresh}
    keys = {statement: key64(*statement) for statement in keyed}
    numbers = _in_store(connection, list(keys.values()))
    last, release = connection.execute(script("load/standing")).fetchall()[0]
    new = [statement for statement in keyed if statement not in numbers]
    numbers |= zip(new, count(last + 1))
    _demand_release(connection, release, {normal.release or "" for _, normal in fresh})
    insert_statements(connection, [_row(numbers[each], keys[each], *keyed[each]) for each in new])
    return numbers


def _in_store(connection: Connection, keys: list[int]) -> dict[Statement, int]:
    found = connection.execute(script("load/known_statement"), [keys])
    return {tuple(statement): number for number, *statement in found.fetchall()}


def _demand_release(connection: Connection, in_use: str | None, read_under: set[str]) -> None:
    """The first typings decide under which release a store is read; after them only a renormalisation does."""
    if in_use is None:
        in_use = min(read_under)
        connection.execute(script("load/first_release"), [in_use])
    if foreign := read_under - {in_use}:
        raise ValueError(f"a typing read under release {min(foreign)!r} for a store that is read under {in_use!r}")


def insert_statements(connection: Connection, rows: list[StatementRow]) -> None:
    """Write statements that the store does not have, with their meaning."""
    if rows:
        text = json_text(rows)
        connection.execute(script("load/statement"), [text])
        connection.execute(script("load/meaning"), [text])


def _row(number: int, key: int, printed: LocusTyping, normal: NormalLocus) -> StatementRow:
    return StatementRow(
        number,
        key,
        *statement_of(printed),
        normal.release or "",
        normal.glstring,
        normal.resolution,
        json_text(normal.flags),
    )
