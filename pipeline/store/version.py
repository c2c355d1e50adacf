"""Which version of its run a report is, worked out for the runs that a batch touched.

Reports of one source with the same identity (`parsers.records.identity`) belong to one run, and are numbered in the
order of their receipts. One that reports an item which an earlier one reports (a locus, a code) is a newer version of
it: the earlier one is no longer current, and what changed is flagged. Reports that share no item are parts of the run,
as from a system that sends every locus in a message of its own, and all of them stand.

A receipt that is resubmitted from quarantine takes the place that its arrival gives it, also between two versions that
are there already: the order is that of the spool, never that of loading, so that a rebuilt store says the same as one
that grew.
"""

from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter
from typing import Any

import msgspec

from pipeline.normalise.records import Flag, NormalReport
from pipeline.store.reexport import compare, items_of, repeated
from pipeline.store.scripts import script
from pipeline.store.store import Connection


class Ranked(msgspec.Struct, frozen=True):
    """One report of a run that came more than once, its version, and what that version says of the one before."""

    seq: int
    ordinal: int
    version: int
    current: bool
    flags: tuple[Flag, ...]


class Member(msgspec.Struct, frozen=True):
    """One report of a run, as the store holds it."""

    seq: int
    ordinal: int
    receipt: str
    normal: NormalReport


def renumber(connection: Connection, changed: int) -> None:
    """Number the versions of every run in the temporary table `batch`; `changed` marks the rows that this alters."""
    rows = connection.execute(script("load/rerun")).fetchall()
    ranked = [each for run in _runs(rows) for each in rank(run)]
    if not ranked:
        return
    text = msgspec.json.encode(ranked).decode()
    connection.execute(script("load/rerun_version"), [changed, text])
    connection.execute(script("load/rerun_unflag"), [text])
    connection.execute(script("load/rerun_flag"), [msgspec.json.encode(list(_flag_rows(ranked))).decode()])
    outdated = sorted({each.seq for each in ranked if not each.current})
    connection.execute(script("load/superseded"), [msgspec.json.encode(outdated).decode()])


def rank(run: list[Member]) -> list[Ranked]:
    """The versions of one run, given its reports in the order of their arrival."""
    versions = [list(members) for _, members in groupby(run, key=lambda member: member.seq)]
    items = [items_of([member.normal for member in members]) for members in versions]
    ranked: list[Ranked] = []
    for place, members in enumerate(versions):
        before = [
            member
            for earlier in range(place)
            if _replaces(items[place], items[earlier])
            and not any(_replaces(items[between], items[earlier]) for between in range(earlier + 1, place))
            for member in versions[earlier]
        ]
        current = not any(_replaces(later, items[place]) for later in items[place + 1 :])
        for position, member in enumerate(members):
            flags = _flags(members, before, position)
            ranked.append(Ranked(member.seq, member.ordinal, place + 1, current, flags))
    return ranked


def _replaces(newer: frozenset[str], older: frozenset[str]) -> bool:
    """Whether a report of these items is a newer version of one of those; one without any is replaced by anything."""
    return bool(newer & older) or not older


def _flags(members: list[Member], before: list[Member], place: int) -> tuple[Flag, ...]:
    reports = [member.normal for member in members]
    flags = repeated(reports[:place], reports[place])
    if before:
        flags += compare(reports, [member.normal for member in before], before[-1].receipt)
    return flags


def _runs(rows: list[tuple[Any, ...]]) -> Iterator[list[Member]]:
    """Rows of load/rerun.sql, run by run; runs that only share a key and have one report are left out."""
    decoder = msgspec.json.Decoder(NormalReport)
    for _, same in groupby(rows, key=itemgetter(0, 1)):
        run = [Member(seq, ordinal, receipt, decoder.decode(text)) for _, _, seq, ordinal, receipt, text in same]
        if len(run) > 1:
            yield run


def _flag_rows(ranked: list[Ranked]) -> Iterator[dict[str, Any]]:
    for each in ranked:
        for flag in each.flags:
            yield {
                "seq": each.seq,
                "ordinal": each.ordinal,
                "code": flag.code,
                "token": flag.token,
                "message": flag.message,
                "severity": flag.severity,
            }
