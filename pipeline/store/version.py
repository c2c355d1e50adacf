"""Which version of its run a report is, worked out for the runs that a batch touched.

Reports of one source with the same identity (see `run`) belong to one run, and are numbered in the
order of their receipts. One that reports an item which an earlier one reports (a locus, a code) is a newer version of
it: the earlier one is no longer current, and what changed is flagged. Reports that share no item are parts of the run,
as from a system that sends every locus in a message of its own, and all of them stand. So do the loci of a typing that
a newer version leaves out, for a correction may hold what is corrected and no more; that they are left out is flagged.

A typing never takes the place of one of another person: one of both is wrong, and somebody has to say which. Nor does
a preliminary result take the place of a final one, or a run of which lines may be missing that of a whole one.

A report with neither an id nor a time does not say whether it corrects an earlier one or is a second test of the
sample. It is a newer version only of one whose every item it repeats; otherwise both stand, and the later says what
differs. Typings are held against each other then as any two of a donor are.

A receipt that is resubmitted from quarantine takes the place that its arrival gives it, also between two versions that
are there already: the order is that of the spool, never that of loading, so that a rebuilt store says the same as one
that grew.
"""

from collections.abc import Iterator
from itertools import groupby, pairwise
from operator import attrgetter, itemgetter
from typing import Any

import msgspec

from pipeline.normalise.findings import is_unfinished
from pipeline.normalise.records import Flag, NormalReport
from pipeline.store.reexport import (
    Statements,
    compare,
    differing,
    items_of,
    left_out,
    person,
    repeated,
    repeats,
    statements,
)
from pipeline.store.run import Run, run_named
from pipeline.store.scripts import script
from pipeline.store.store import Connection
from pipeline.store.texts import json_text


class Ranked(msgspec.Struct, frozen=True):
    """One report of a run that came more than once, its version, and what that version says of the ones before.

    `retired` are the loci of which a later version says something else, while the others stand.
    """

    seq: int
    ordinal: int
    version: int
    current: bool
    replaced_by: int | None
    retired: tuple[str, ...]
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
    ranked = [each for members, run in _runs(rows) for each in rank(members, run)]
    if not ranked:
        return
    connection.execute(script("load/ranked"), [json_text(ranked)])
    connection.execute(script("load/rerun_version"), [changed])
    connection.execute(script("load/rerun_unretire"))
    connection.execute(script("load/rerun_retired"), [json_text(list(_retired_rows(ranked)))])
    connection.execute(script("load/rerun_unflag"))
    connection.execute(script("load/rerun_flag"), [json_text(list(_flag_rows(ranked)))])
    outdated = sorted({each.seq for each in ranked if not each.current})
    connection.execute(script("load/superseded"), [json_text(outdated)])


class Version:
    """What came of a run with one receipt: its reports, what they say, and what of it still stands."""

    def __init__(self, members: list[Member]) -> None:
        self.members = members
        self.seq, self.receipt = members[0].seq, members[0].receipt
        self.said = statements([member.normal for member in members])
        self.items = items_of(self.said)
        self.people = frozenset(name for member in members if (name := person(member.normal)))
        self.is_unfinished = any(is_unfinished(member.normal) for member in members)
        self.standing = set(self.items)
        self.replaced_by: Version | None = None
        self.before: list[tuple[Version, Statements]] = []
        self.beside: Version | None = None
        self.left_out: list[Flag] = []

    def replaces(self, older: "Version", run: Run) -> bool:
        """Whether this is a newer version of that one, or of some of its loci."""
        of_others = self.people and older.people and self.people.isdisjoint(older.people)
        if older.replaced_by or (of_others and run.kind == "typing") or (self.is_unfinished > older.is_unfinished):
            return False
        if run.is_listing or not older.items:
            return True
        return bool(self.items & older.standing) and (run.is_named or repeats(self.said, older.said))

    def take_the_place_of(self, older: "Version", run: Run) -> None:
        """Retire an older version: a typing at the loci that this one states, anything else as a whole."""
        self.before.append((older, {item: said for item, said in older.said.items() if item in older.expected}))
        older.standing -= self.items if run.is_by_locus else older.items
        if not older.standing:
            older.replaced_by = self
        older.left_out = [left_out(item, older.said, self.receipt) for item in sorted(older.standing)]

    @property
    def expected(self) -> frozenset[str]:
        """The items that a newer version should say something of: what stands, and the headings."""
        return frozenset(self.standing | (self.said.keys() - self.items))

    @property
    def newest(self) -> "Version | None":
        """The version that stands in the place of this one; None if it stands itself."""
        return self.replaced_by and (self.replaced_by.newest or self.replaced_by)

    def flags(self, place: int) -> tuple[Flag, ...]:
        """The doubts of one of its reports, for what stands before it in the receipt, and in the other versions."""
        reports = [member.normal for member in self.members]
        flags = (*repeated(reports[:place], reports[place]), *self.left_out)
        if self.before:
            flags += compare(self.said, [(said, older.receipt, older.left_out) for older, said in self.before])
        if self.beside:
            flags += tuple(differing(self.said, self.beside.said, self.beside.receipt))
        return flags


def rank(members: list[Member], run: Run) -> list[Ranked]:
    """The versions of one run, given its reports in the order of their arrival."""
    one_by_one = run.is_listing  # a list may take back further down what it lists
    together = attrgetter("seq", "ordinal") if one_by_one else attrgetter("seq")
    versions = [Version(list(same)) for _, same in groupby(members, key=together)]
    for place, newer in enumerate(versions):
        for older in versions[:place]:
            if newer.replaces(older, run):
                newer.take_the_place_of(older, run)
    if not run.is_named:
        for older, newer in pairwise(version for version in versions if not version.replaced_by):
            newer.beside = older
    return [ranked for number, version in enumerate(versions, 1) for ranked in _ranked(version, number)]


def _ranked(version: Version, number: int) -> Iterator[Ranked]:
    newest = version.newest
    by = newest.seq if newest else None
    retired = () if newest else tuple(sorted(version.items - version.standing))
    for place, member in enumerate(version.members):
        yield Ranked(member.seq, member.ordinal, number, newest is None, by, retired, version.flags(place))


def _runs(rows: list[tuple[Any, ...]]) -> Iterator[tuple[list[Member], Run]]:
    """Rows of load/rerun.sql, run by run; runs that only share a key and have one report are left out."""
    decoder = msgspec.json.Decoder(NormalReport)
    for (_, identity), same in groupby(rows, key=itemgetter(0, 1)):
        members = [Member(seq, ordinal, receipt, decoder.decode(text)) for _, _, seq, ordinal, receipt, text in same]
        if len(members) > 1:
            yield members, run_named(identity)


def _retired_rows(ranked: list[Ranked]) -> Iterator[dict[str, Any]]:
    for each in ranked:
        for locus in each.retired:
            yield {"seq": each.seq, "ordinal": each.ordinal, "locus": locus}


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
