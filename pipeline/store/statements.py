"""The statements that typings make about loci, each distinct one kept once and known by a number.

A registry's typings repeat: millions of them are some ten thousand distinct statements. What a statement means depends
on nothing but its own text and the nomenclature release, so its meaning is written once a release, and another release
means new rows for statements, not for typings. What the rest of a report makes doubtful belongs to the typing.

Numbers follow the order in which statements first came, which is that of the spool: a rebuilt store gives the same.
"""

from collections.abc import Iterable, Iterator

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

    place: int
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
    rows = json_text([_row(place, printed, normal) for place, (printed, normal) in enumerate(fresh)])
    connection.execute(script("load/asked_statement"), [rows])
    connection.execute(script("load/first_release"))
    if foreign := connection.execute(script("load/foreign_release")).fetchone():
        raise ValueError(f"a typing read under release {foreign[0]!r} for a store that is read under {foreign[1]!r}")
    connection.execute(script("load/statement"))
    connection.execute(script("load/meaning"))
    return dict(_numbered(connection))


def _numbered(connection: Connection) -> Iterator[tuple[Statement, int]]:
    for number, *statement in connection.execute(script("load/statement_numbers")).fetchall():
        yield tuple(statement), number


def _row(place: int, printed: LocusTyping, normal: NormalLocus) -> StatementRow:
    statement = statement_of(printed)
    return StatementRow(
        place,
        key64(*statement),
        *statement,
        normal.release or "",
        normal.glstring,
        normal.resolution,
        json_text(normal.flags),
    )
