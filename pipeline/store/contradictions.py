"""Typings of one donor and locus that cannot both be true, and a person's decision between them.

Statements are held against each other, not typings: what two of them are to each other depends on nothing but the two
and the release, so it is worked out once and serves every donor that has both.
"""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import msgspec

from parsers.records import State
from pipeline.decisions import Kept
from pipeline.normalise.comparison import Comparison, Stated
from pipeline.normalise.serology import antigens_told
from pipeline.store.scripts import script
from pipeline.store.statements import Pair
from pipeline.store.store import Connection
from pipeline.store.texts import json_text


class Contradiction(msgspec.Struct, frozen=True):
    """Two statements that cannot both be true, the locus of which that holds, and to how many fields they agree.

    The locus is a gene, also where one of them is in phase; only that the phases differ is of all their genes (`A~B`).
    """

    one: int
    other: int
    locus: str
    fields: int


class Side(NamedTuple):
    """A statement as it is looked up: `reported` if it was made by serology, else empty."""

    locus: str
    state: State
    glstring: str | None
    reported: str

    @property
    def stated(self) -> Stated:
        """What it says."""
        return Stated(self.state, self.glstring, self.locus, antigens_told(self.reported, self.locus))


def find_in_batch(connection: Connection, comparison: Comparison) -> None:
    """Hold the reports in the temporary table `batch` against the others of their donors."""
    connection.execute(script("compare/touched_by_batch"))
    _find(connection, comparison)


def find_everywhere(connection: Connection, comparison: Comparison) -> None:
    """Hold all reports of all donors against each other, under a release that has come into use."""
    connection.execute(script("compare/touched_all"))
    _find(connection, comparison)


def _find(connection: Connection, comparison: Comparison) -> None:
    found = list(_contradictions(connection.execute(script("compare/pairs")).fetchall(), comparison))
    if found:
        connection.execute(script("compare/contradiction"), [json_text(found)])


def _contradictions(rows: list[tuple[Any, ...]], comparison: Comparison) -> Iterator[Contradiction]:
    for one, other, *sides in rows:
        for locus, compared in comparison.by_locus(Side(*sides[:4]).stated, Side(*sides[4:]).stated):
            if compared.verdict == "contradicts":
                yield Contradiction(one, other, locus, compared.fields)


def speaks_in_phase(loci: Iterable[Pair]) -> bool:
    """Whether a typing states haplotypes, each gene of which it may state by itself, too."""
    return any("~" in (normal.glstring or "") for _, normal in loci)


def keep(connection: Connection, decision: int, kept: Kept) -> None:
    """Carry out a decision, the frame `decision` of the spool: what contradicts the receipt no longer stands."""
    named = {"seq": kept.seq, "loci": list(kept.loci), "donors": list(kept.donors), "decision": decision}
    connection.execute(script("compare/prefer"), named)
    connection.execute(script("compare/concerned"), {"decision": decision})
    connection.execute(script("load/told_again"), [decision])
