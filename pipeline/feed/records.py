"""The feed as typing records, one for each donor: what the files for registries and matchers are written from.

A donor without a GRID is known by the number of its source only, so its record carries both.
"""

from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter
from typing import Any

from parsers.records import LocusTyping, TypingReport
from pipeline.exchange.record import DATABASE

ORDERED = "select * from feed_typing order by donor, owner, locus"


def records(rows: Iterable[dict[str, Any]]) -> Iterator[TypingReport]:
    """The record of every donor, from the rows of the view `feed_typing` in the order of donors."""
    for (donor, owner), typings in groupby(rows, key=itemgetter("donor", "owner")):
        told = list(typings)
        yield TypingReport(
            format="feed",
            sample=called(donor, owner),
            subject=donor if told[0]["scheme"] == "GRID" else "",
            loci=tuple(map(_locus, told)),
        )


def called(donor: str, owner: str) -> str:
    """What a donor is called beside those of others: `lab-a/17` where the number is one of a source's own."""
    return f"{owner}/{donor}" if owner else donor


def _locus(row: dict[str, Any]) -> LocusTyping:
    return LocusTyping(
        locus=row["locus"],
        state=row["state"],
        reported=row["glstring"],
        expression=row["glstring"],
        method=row["method"],
        allele_db=DATABASE,
        stated_release=row["release"],
        date=row["date"],
    )
