"""Typings of one donor and locus that cannot both be true, and a person's decision between them.

Statements are held against each other, not typings: what two of them are to each other depends on nothing but the two
and the release, so it is worked out once and serves every donor that has both.
"""

from collections.abc import Iterator
from typing import Any

import msgspec

from pipeline.decisions import Kept
from pipeline.normalise.comparison import Comparison, Stated
from pipeline.store.scripts import script
from pipeline.store.store import Connection
from pipeline.store.texts import json_text


class Contradiction(msgspec.Struct, frozen=True):
    """Two statements that cannot both be true, and the number of fields to which they agree."""

    one: int
    other: int
    fields: int


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
    for one, other, *stated in rows:
        compared = comparison.compare(Stated(*stated[:2]), Stated(*stated[2:]))
        if compared.verdict == "contradicts":
            yield Contradiction(one, other, compared.fields)


def keep(connection: Connection, decision: int, kept: Kept) -> None:
    """Carry out a decision, the frame `decision` of the spool: what contradicts the receipt no longer stands."""
    named = {"seq": kept.seq, "loci": list(kept.loci), "donors": list(kept.donors), "decision": decision}
    connection.execute(script("compare/prefer"), named)
    connection.execute(script("compare/changed_reports"), {"decision": decision})
