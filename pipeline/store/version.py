"""Which version of its run a report is, worked out for the runs that a batch touched.

Reports of one source with the same identity (see `run`) belong to one run, and are numbered in the
order of their receipts. One that reports an item which an earlier one reports (a locus, a code) is a newer version of
it: the earlier one is no longer current, and what changed is flagged. Reports that share no item are parts of the run,
as from a system that sends every locus in a message of its own, and all of them stand.

A report with neither an id nor a time does not say whether it corrects an earlier one or is a second test of the
sample. It is a newer version only of one whose every item it repeats; otherwise both stand, and the later says what
differs. Typings are held against each other then as any two of a donor are.

A receipt that is resubmitted from quarantine takes the place that its arrival gives it, also between two versions that
are there already: the order is that of the spool, never that of loading, so that a rebuilt store says the same as one
that grew.
"""

from collections.abc import Iterator
from itertools import groupby, pairwise
from operator import itemgetter
from typing import Any

import msgspec

from pipeline.normalise.records import Flag, NormalReport
from pipeline.store.reexport import compare, differing, items_of, repeated, repeats, statements
from pipeline.store.run import is_named
from pipeline.store.scripts import script
from pipeline.store.store import Connection


class Ranked(msgspec.Struct, frozen=True):
    """One report of a run that came more than once, its version, and what that version says of the one before."""

    seq: int
    ordinal: int
    version: int
    current: bool
    replaced_by: int | None
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
    ranked = [each for run, named in _runs(rows) for each in rank(run, named)]
    if not ranked:
        return
    text = msgspec.json.encode(ranked).decode()
    connection.execute(script("load/rerun_version"), [changed, text])
    connection.execute(script("load/rerun_unflag"), [text])
    connection.execute(script("load/rerun_flag"), [msgspec.json.encode(list(_flag_rows(ranked))).decode()])
    outdated = sorted({each.seq for each in ranked if not each.current})
    connection.execute(script("load/superseded"), [msgspec.json.encode(outdated).decode()])


class Version:
    """What came of a run with one receipt: its reports, what they say, and the versions that it replaces."""

    def __init__(self, members: list[Member]) -> None:
        self.members = members
        self.seq, self.receipt = members[0].seq, members[0].receipt
        self.said = statements([member.normal for member in members])
        self.items = items_of(self.said)
        self.before: list[Version] = []
        self.beside: Version | None = None
        self.replaced_by: Version | None = None

    def replaces(self, older: "Version", named: bool) -> bool:
        """Whether this is a newer version of that one, whose run is `named` or not; one without items always is."""
        if not older.items:
            return True
        return bool(self.items & older.items) and (named or repeats(self.said, older.said))

    @property
    def newest(self) -> "Version | None":
        """The version that stands in the place of this one; None if it stands itself."""
        return self.replaced_by and (self.replaced_by.newest or self.replaced_by)

    def flags(self, place: int) -> tuple[Flag, ...]:
        """The doubts of one of its reports, for what stands before it in the receipt, and in the versions before."""
        reports = [member.normal for member in self.members]
        flags = repeated(reports[:place], reports[place])
        if self.before:
            said = statements([member.normal for version in self.before for member in version.members])
            flags += compare(self.said, said, self.before[-1].receipt)
        if self.beside:
            flags += tuple(differing(self.said, self.beside.said, self.beside.receipt))
        return flags


def rank(run: list[Member], named: bool = True) -> list[Ranked]:
    """The versions of one run, given its reports in the order of their arrival, and whether they name the run."""
    versions = [Version(list(members)) for _, members in groupby(run, key=lambda member: member.seq)]
    for place, older in enumerate(versions):
        older.replaced_by = next((each for each in versions[place + 1 :] if each.replaces(older, named)), None)
        if older.replaced_by:
            older.replaced_by.before.append(older)
    if not named:
        for older, newer in pairwise(version for version in versions if not version.replaced_by):
            newer.beside = older
    return [ranked for number, version in enumerate(versions, 1) for ranked in _ranked(version, number)]


def _ranked(version: Version, number: int) -> Iterator[Ranked]:
    newest = version.newest
    for place, member in enumerate(version.members):
        by = newest.seq if newest else None
        yield Ranked(member.seq, member.ordinal, number, newest is None, by, version.flags(place))


def _runs(rows: list[tuple[Any, ...]]) -> Iterator[tuple[list[Member], bool]]:
    """Rows of load/rerun.sql, run by run, and whether its reports name it; runs that only share a key are left out."""
    decoder = msgspec.json.Decoder(NormalReport)
    for (_, identity), same in groupby(rows, key=itemgetter(0, 1)):
        run = [Member(seq, ordinal, receipt, decoder.decode(text)) for _, _, seq, ordinal, receipt, text in same]
        if len(run) > 1:
            yield run, is_named(identity)


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
