"""Which version of its run a report is, worked out for the runs that a batch touched.

Reports of one source with the same identity (see `run`) belong to one run, and are numbered in the order in which they
were said: that of their receipts, and in one receipt that of its messages. One that reports an item which an earlier
one reports (a locus, a code) is a newer version of it at that item: there the earlier one stands no more, and what
changed is flagged. Reports that share no item are parts of the run, as from a system that sends every locus in a
message of its own, and all of them stand. So do the loci and codes that a newer version leaves out, for a correction
may hold what is corrected and no more; that they are left out is flagged. A collection run and a registry's listing are
replaced as a whole.

A report of a specimen never takes the place of one of another person: one of both is wrong, and somebody has to say
which. One that names nobody is about whom the others of its run name. A preliminary result takes no final one's place,
and does not stand beside it; what is dated before an earlier report takes nothing of it: somebody has sent an old one
again; and a run of which lines may be missing takes no whole one's place.

A report with neither an id nor a time does not say whether it corrects an earlier one or is a second test of the
sample. It is a newer version only of one whose every item it repeats. Wherever two reports of a run stand side by side,
the later says what differs, and typings are held against each other as any two of a donor are.

A receipt that is resubmitted from quarantine takes the place that its arrival gives it, also between two versions that
are there already: the order is that of the spool, never that of loading, so that a rebuilt store says the same as one
that grew. Only of a registry's lists that say when they were made, the one that was made last stands.
"""

from collections.abc import Iterator
from itertools import groupby, pairwise
from operator import attrgetter, itemgetter
from typing import Any, NamedTuple

import msgspec

from pipeline.normalise.findings import WITHDRAWN, codes_of, early_and_final, has_gaps, item_of, results_of
from pipeline.normalise.records import Flag, NormalLocus, NormalReport, NormalTyping
from pipeline.normalise.times import read_time
from pipeline.store.donor import Donor, donor_of
from pipeline.store.reexport import (
    Statements,
    compare,
    differing,
    items_of,
    left_out,
    out_of_date,
    repeated,
    repeats,
    statements,
    too_early,
)
from pipeline.store.run import Run, person, run_named
from pipeline.store.scripts import script
from pipeline.store.store import Connection
from pipeline.store.texts import json_text


class Ranked(msgspec.Struct, frozen=True):
    """One report of a run that came more than once, its version, and what that version says of the ones before.

    `retired` are the items of which another version stands, while its others stand themselves. `donor` is whom the run
    says that it is about.
    """

    seq: int
    ordinal: int
    version: int
    current: bool
    replaced_by: int | None
    retired: tuple[str, ...]
    donor: Donor | None
    flags: tuple[Flag, ...]


class Member(msgspec.Struct, frozen=True):
    """One report of a run, as the store holds it."""

    seq: int
    ordinal: int
    turn: int
    receipt: str
    donor: Donor | None
    normal: NormalReport


def renumber(connection: Connection) -> None:
    """Number the versions of every run in the temporary table `batch`."""
    rows = connection.execute(script("load/rerun")).fetchall()
    ranked = [each for members, run in _runs(rows) for each in rank(members, run)]
    if not ranked:
        return
    connection.execute(script("load/ranked"), [json_text(ranked)])
    connection.execute(script("load/rerun_kept"))
    connection.execute(script("load/rerun_overruled"))
    connection.execute(script("load/rerun_version"))
    connection.execute(script("load/rerun_unretire"))
    connection.execute(script("load/rerun_retired"))
    connection.execute(script("load/rerun_unflag"))
    connection.execute(script("load/rerun_flag"), [json_text(list(_flag_rows(ranked)))])
    outdated = sorted({each.seq for each in ranked if not each.current})
    connection.execute(script("load/superseded"), [json_text(outdated)])


class Version:
    """What was said of a run at once: its reports, what they say, and what of it still stands."""

    def __init__(self, members: list[Member]) -> None:
        self.members = members
        self.seq, self.receipt = members[0].seq, members[0].receipt
        self.said = statements([member.normal for member in members])
        self.items = items_of(self.said)
        self.people = frozenset(name for member in members if (name := person(member.normal)))
        self.days = {item: dated for member in members for item, dated in _dated(member.normal)}
        early, final = zip(*(early_and_final(member.normal) for member in members), strict=True)
        self.early = frozenset().union(*early) - frozenset().union(*final)
        self.made = max(_made(member.normal) for member in members)
        self.has_gaps = any(has_gaps(member.normal) for member in members)
        self.standing = set(self.items)
        self.replaced_by: Version | None = None
        self.before: list[tuple[Version, Statements]] = []
        self.beside: list[Version] = []
        self.late: list[tuple[Version, list[str]]] = []
        self.left_out: list[Flag] = []
        self.out_of_date: list[Flag] = []

    def meet(self, older: "Version", run: Run) -> None:
        """Take the place of what this is a newer version of, and leave what stands its own."""
        if older.replaced_by:
            return
        if run.is_listing and "" < self.made < older.made:
            self._stand_back_for(older)
            return
        shared = frozenset(self.standing & older.standing)
        apart = self._is_of_others(older, run) or self.has_gaps > older.has_gaps
        known = run.is_named or run.is_listing or repeats(self.said, older.said)
        if not apart and known:
            shared -= self._leave_what_is_final(older, shared, run)
        stale = shared if apart else self._dated_before(older, shared, run)
        if stale:
            self.beside.append(older)
        newer = shared - stale
        if not apart and known and (newer or run.is_listing or not older.items) and not self.replaced_by:
            self._take_the_place_of(older, newer if run.is_by_item else older.items)

    def _leave_what_is_final(self, older: "Version", shared: frozenset[str], run: Run) -> frozenset[str]:
        """The items of which this has a preliminary result and that one a final one, which stands."""
        early = shared & (self.early - older.early) if run.is_by_item else frozenset[str]()
        if early:
            self.late.append((older, sorted(early)))
            self.standing -= early
            self.replaced_by = None if self.standing else older
        return early

    def _stand_back_for(self, later: "Version") -> None:
        """Leave the place to a list that came before and was made later."""
        self.out_of_date = [out_of_date(self.made, later.made, later.receipt)]
        self.standing.clear()
        self.replaced_by = later

    def _dated_before(self, older: "Version", shared: frozenset[str], run: Run) -> frozenset[str]:
        """The items that bear an earlier day here than there, and are not taken back."""
        if not run.is_named:
            return frozenset()
        return frozenset(item for item in shared if _is_before(self.days.get(item), older.days.get(item)))

    def _is_of_others(self, older: "Version", run: Run) -> bool:
        """Whether both name people, and not the same; a separator runs once at a time, whoever is said to sit there."""
        named = bool(self.people and older.people) and run.kind != "collection"
        return named and self.people.isdisjoint(older.people)

    def _take_the_place_of(self, older: "Version", items: frozenset[str]) -> None:
        self.before.append((older, {item: said for item, said in older.said.items() if item in older.expected}))
        self.people = self.people or older.people
        older.standing -= items
        if not older.standing:
            older.replaced_by = self
        older.left_out = [left_out(item, older.said, self.receipt) for item in sorted(older.standing - self.items)]

    @property
    def expected(self) -> frozenset[str]:
        """The items that a newer version should say something of: what stands, and the headings."""
        return frozenset(self.standing | (self.said.keys() - self.items))

    @property
    def newest(self) -> "Version | None":
        """The version that stands in the place of this one; None if it stands itself."""
        newest = self.replaced_by
        while newest and newest.replaced_by:
            newest = newest.replaced_by
        return newest

    def flags(self, place: int) -> tuple[Flag, ...]:
        """The doubts of one of its reports, for what stands before it at its side, and in the other versions."""
        reports = [member.normal for member in self.members]
        flags = (*repeated(reports[:place], reports[place]), *self.left_out, *self.out_of_date)
        if self.before:
            flags += compare(self.said, [(said, older.receipt, older.left_out) for older, said in self.before])
        for older in self.beside:
            flags += tuple(differing(self.said, older.said, older.receipt))
        for older, items in self.late:
            flags += tuple(too_early(items, older.receipt))
        return flags


class Dated(NamedTuple):
    """The day that a result bears (ISO 8601), and whether it is the result's own or that of its report."""

    day: str
    is_own: bool


def _dated(report: NormalReport) -> Iterator[tuple[str, Dated | None]]:
    """The day of each result of a report; None where none can be read, and for what is taken back, on whatever day."""
    whole = report.date if isinstance(report, NormalTyping) else ""
    for result in results_of(report):
        own = (result.date if isinstance(result, NormalLocus) else result.time) or ""
        day = (read_time(own or whole)[0] or "")[:10]
        is_told = len(day) == len("2026-11-20") and WITHDRAWN not in codes_of(result)
        yield item_of(result), Dated(day, own != "") if is_told else None


def _made(report: NormalReport) -> str:
    """When a list says that it was made, ISO 8601; empty where it does not."""
    return read_time(report.date)[0] or "" if isinstance(report, NormalTyping) else ""


def _is_before(dated: Dated | None, other: Dated | None) -> bool:
    """Whether one day lies before another that means the same: when a sample was taken, or when it was typed."""
    return dated is not None and other is not None and dated.is_own == other.is_own and dated.day < other.day


def rank(members: list[Member], run: Run) -> list[Ranked]:
    """The versions of one run, given its reports in the order in which they were said."""
    versions = [Version(list(same)) for _, same in groupby(members, key=attrgetter("seq", "turn"))]
    for place, newer in enumerate(versions):
        for older in versions[:place]:
            newer.meet(older, run)
    if not run.is_named:
        for older, newer in pairwise(version for version in versions if not version.replaced_by):
            newer.beside.append(older)
    donors = {name: member.donor for member in members if member.donor and (name := person(member.normal))}
    return [ranked for number, version in enumerate(versions, 1) for ranked in _ranked(version, number, donors)]


def _ranked(version: Version, number: int, donors: dict[str, Donor]) -> Iterator[Ranked]:
    newest = version.newest
    by = newest.seq if newest else None
    retired = () if newest else tuple(sorted(version.items - version.standing))
    named = donors.get(next(iter(version.people or donors), "")) if len(version.people or donors) == 1 else None
    for place, member in enumerate(version.members):
        donor = member.donor if person(member.normal) or not (named and member.donor) else named
        flags = version.flags(place)
        yield Ranked(member.seq, member.ordinal, number, newest is None, by, retired, donor, flags)


def _runs(rows: list[tuple[Any, ...]]) -> Iterator[tuple[list[Member], Run]]:
    """Rows of load/rerun.sql, run by run; runs that only share a key and have one report are left out."""
    decoder = msgspec.json.Decoder(NormalReport)
    for (source, identity), same in groupby(rows, key=itemgetter(0, 1)):
        members = [
            Member(seq, ordinal, turn, receipt, donor_of(normal := decoder.decode(text), source), normal)
            for _, _, seq, ordinal, turn, receipt, text in same
        ]
        if len(members) > 1:
            yield members, run_named(identity)


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
