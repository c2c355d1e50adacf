"""Donors for a patient, best first.

A rule "n/m" asks for n matched alleles of m: 6 counts A, B, DRB1; 8 adds C; 10 adds DQB1; 12 adds DPB1. A donor is
shown if it can reach n under some reading of its typing. Donors with more certain matches come first, then those with
more possible ones, then by identifier.

A locus that is not typed counts 0 at least and 2 at most: the donor could be a match. Without A, B or DRB1 it is not
searchable; such donors are counted, so that nobody mistakes silence for absence.

Where a rule counts DPB1, what the T-cell epitope groups say stands beside its match (`epitopes.py`). It changes neither
the count nor the order.

Registries repeat genotypes: each distinct one is compared with the patient's once.
"""

from collections.abc import Iterable, Iterator, Mapping
from heapq import nsmallest
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import msgspec

from pipeline.feed.epitopes import LOCUS as DPB1
from pipeline.feed.epitopes import EpitopeGroups, Epitopes
from pipeline.feed.match import MISSING, Genotype, LocusMatch, MatchGroups, Unreadable, compare, genotype
from pipeline.store.queries import spelled_out
from pipeline.store.scripts import script
from pipeline.store.store import Store

SQL = Path(__file__).parent / "sql"

REQUIRED = ("A", "B", "DRB1")
COUNTED = {
    6: ("A", "B", "DRB1"),
    8: ("A", "B", "C", "DRB1"),
    10: ("A", "B", "C", "DRB1", "DQB1"),
    12: ("A", "B", "C", "DRB1", "DQB1", "DPB1"),
}


class Donor(NamedTuple):
    """A donor and the GL Strings of its loci; None or absent where nothing is called.

    `source` says whose number `donor` is, for one that is no GRID.
    """

    donor: str
    loci: Mapping[str, str | None]
    source: str = ""


class Candidate(NamedTuple):
    """A donor that can reach the rule, with the bounds that decide its place."""

    donor: Donor
    least: int
    most: int
    loci: dict[str, LocusMatch]

    @property
    def place(self) -> tuple[int, int, str, str]:
        """What candidates are ordered by."""
        return (-self.least, -self.most, self.donor.donor, self.donor.source)

    def row(self, epitopes: Epitopes) -> dict[str, Any]:
        """The candidate as it is printed. `matched` counts what is certain."""
        loci = {locus: match._asdict() for locus, match in self.loci.items()}
        if DPB1 in loci:
            loci[DPB1]["tce"] = epitopes.outcomes(self.donor.loci.get(DPB1))
        whose = {"donor": self.donor.donor, "source": self.donor.source}
        return {**whose, "matched": self.least, "least": self.least, "most": self.most, "loci": loci}


class Answer(NamedTuple):
    """The donors found, best first, and how many were looked at and how many could not be."""

    donors: list[dict[str, Any]]
    found: int
    searched: int
    unsearchable: int


class Nomenclature(MatchGroups, EpitopeGroups, Protocol):
    """A nomenclature release, as far as a search needs it."""


class Comparison:
    """One patient's genotype at one locus, held against every distinct genotype of the donors."""

    def __init__(self, patient: Genotype | None, groups: MatchGroups) -> None:
        self._patient = patient
        self._groups = groups
        self._known: dict[str | None, LocusMatch] = {None: MISSING}

    def match(self, glstring: str | None) -> LocusMatch:
        """How a donor's typing matches; one that is absent or is not a genotype is missing."""
        known = self._known.get(glstring)
        if known is None:
            known = self._known[glstring] = self._compare(glstring or "")
        return known

    def _compare(self, glstring: str) -> LocusMatch:
        if self._patient is None:
            return MISSING
        try:
            return compare(self._patient, genotype(glstring, self._groups))
        except ValueError:
            return MISSING


def search(
    donors: Iterable[Donor], patient: Mapping[str, str], groups: Nomenclature, rule: str = "10/10", limit: int = 100
) -> Answer:
    """The best `limit` donors for a patient given as locus -> GL String.

    Raises Unreadable for a rule that is none, and for a patient without A, B or DRB1 or with something else than
    genotypes. Whether the release holds the patient's alleles has been asked before (`patient.py`).
    """
    wanted, loci = read_rule(rule)
    comparisons = {locus: Comparison(_patient_genotype(patient, locus, groups), groups) for locus in loci}
    searched = unsearchable = 0
    candidates: list[Candidate] = []
    for donor in donors:
        searched += 1
        candidate = _candidate(donor, comparisons)
        if candidate is None:
            unsearchable += 1
        elif candidate.most >= wanted:
            candidates.append(candidate)
    best = nsmallest(limit, candidates, key=lambda candidate: candidate.place)
    epitopes = Epitopes(patient.get(DPB1), groups)
    return Answer([candidate.row(epitopes) for candidate in best], len(candidates), searched, unsearchable)


def read_rule(rule: str) -> tuple[int, tuple[str, ...]]:
    """How many matches a rule asks for, and at which loci. Raises Unreadable."""
    wanted, _, of = rule.partition("/")
    if not (wanted.isdecimal() and of.isdecimal() and int(of) in COUNTED and int(wanted) <= int(of)):
        raise Unreadable(f"{rule!r} is not a rule: expected n/m with m one of 6, 8, 10, 12 and n at most m, as in 9/10")
    return int(wanted), COUNTED[int(of)]


def read_donors(store: Store) -> Iterator[Donor]:
    """Every donor with a typing, in the order of their identifiers; those of whom nothing is called come last."""
    columns = COUNTED[12]
    for row in store.rows("select * from feed_donor order by donor, owner"):
        yield Donor(row["donor"], {locus: row[locus] for locus in columns}, row["owner"])
    for row in store.rows(script("feed/uncalled")):
        yield Donor(row["donor"], {}, row["owner"])


def add_flags(store: Store, found: Answer) -> None:
    """Put what is flagged at the typing of every donor found beside its loci: `flags`, as in the other answers."""
    query = (SQL / "flags.sql").read_text(encoding="utf-8")
    rows = store.rows(query, [[row["donor"] for row in found.donors]])
    flags = {(row["donor"], row["owner"], row["locus"]): msgspec.json.decode(row["flags"]) for row in rows}
    for row in found.donors:
        for locus, match in row["loci"].items():
            match["flags"] = spelled_out(flags.get((row["donor"], row["source"], locus)))


def held_back(store: Store) -> int:
    """How many donors have a locus at which two typings contradict each other, so that nothing is told of it."""
    rows = store.rows("select count(*) as donors from (select distinct donor, owner from held_back)")
    return int(next(rows)["donors"])


def _patient_genotype(patient: Mapping[str, str], locus: str, groups: MatchGroups) -> Genotype | None:
    if not patient.get(locus):
        if locus in REQUIRED:
            raise Unreadable(f"the patient has no typing at {locus}; a search needs A, B and DRB1")
        return None
    try:
        return genotype(patient[locus], groups)
    except Unreadable as error:
        raise Unreadable(f"the patient's typing at {locus} cannot be read: {error}") from None


def _candidate(donor: Donor, comparisons: dict[str, Comparison]) -> Candidate | None:
    """The donor compared; None if it lacks a locus that a search needs."""
    loci = {locus: comparison.match(donor.loci.get(locus)) for locus, comparison in comparisons.items()}
    if any(loci[locus] is MISSING for locus in REQUIRED):
        return None
    least = sum(match.least for match in loci.values())
    most = sum(match.most for match in loci.values())
    return Candidate(donor, least, most, loci)
