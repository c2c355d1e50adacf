"""The feed as typing records, one for each donor: what the files for registries and matchers are written from.

A donor without a GRID is known by the number of its source only, so its record carries both.
"""

import json
from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter
from typing import Any

from parsers.records import Finding, LocusTyping, TypingReport
from pipeline.exchange.record import DATABASE, Record
from pipeline.normalise.findings import PRELIMINARY

ORDERED = "select * from feed_typing order by donor, owner, locus"


def records(rows: Iterable[dict[str, Any]]) -> Iterator[Record]:
    """The record of every donor, from the rows of the view `feed_typing` in the order of donors."""
    for (donor, owner), typings in groupby(rows, key=itemgetter("donor", "owner")):
        told = list(typings)
        report = TypingReport(
            format="feed",
            sample=called(donor, owner),
            subject=donor if told[0]["scheme"] == "GRID" else "",
            loci=tuple(map(_locus, told)),
            findings=tuple(finding for row in told for finding in _preliminary(row)),
        )
        yield Record(report)


def _preliminary(row: dict[str, Any]) -> Iterator[Finding]:
    """What the sender said against relying on the result of a locus."""
    for flag in json.loads(row["flags"]) if PRELIMINARY in row["flags"] else ():
        if flag["code"] == PRELIMINARY:
            yield Finding(PRELIMINARY, flag["message"], flag["token"], row["locus"])


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
