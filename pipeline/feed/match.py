"""How well two genotypes of one locus match, over everything that their ambiguity allows.

A genotype is two copies of a gene. Each copy is known as a set of possible proteins: P groups, or the allele's own name
where it has none. One *reading* picks one protein for each copy. For a reading of the patient (p1, p2) and one of the
donor (d1, d2) the count of matches is that of the better orientation,

    direct  p1-d1, p2-d2        cross  p1-d2, p2-d1

0, 1 or 2. `least` and `most` are its bounds over all readings of both. Alternatives of genotypes (`|`) are alternatives
of pairs, not of copies, and are read pair by pair.

Null alleles make no protein: beside a null the other copy is the only one, and the locus counts as homozygous for it.
Two nulls match nothing. A null among alternatives is one reading among others.

A second copy that is not stated may be the same allele, another, or a null: it is never read as the same. So may be an
allele that the release does not know. Such a copy matches anything at most, and nothing at least.

GvH: the patient has an antigen that the donor's cells do not know. HvG: the donor has one that is foreign to the
patient. The direction is that of the mildest reading among those with the most matches.

The bounds are found by set arithmetic, not by going through the readings: a list of 500 alleles against another would
have 62 thousand million. (WMDA framework: Bochtler 2011, doi:10.1038/bmt.2010.132.)
"""

from collections.abc import Iterator
from itertools import product
from typing import Literal, NamedTuple, Protocol

Groups = frozenset[str]
Level = Literal["definite", "potential", "mismatch", "null", "missing"]
Direction = Literal["none", "GvH", "HvG", "both"]

ANY: Groups = frozenset({"?"})
NOTHING: Groups = frozenset()


class MatchGroups(Protocol):
    """A nomenclature release, as far as matching needs it."""

    def match_groups(self, token: str) -> frozenset[str]:
        """The proteins one name allows; a null allele by its own name, ending in N; none for a name unknown here."""
        ...


class Unreadable(ValueError):
    """This text is not a genotype of one locus; the message does not quote it."""


class Reading(NamedTuple):
    """Two copies, each with its possible proteins; `linked`: both are the same one (the other allele is null)."""

    first: Groups
    second: Groups
    linked: bool = False

    @property
    def silent(self) -> bool:
        """Whether no protein is made: both alleles are null."""
        return not self.first


SILENT = Reading(NOTHING, NOTHING, linked=True)

Genotype = tuple[Reading, ...]


class LocusMatch(NamedTuple):
    """The bounds of one locus, what they amount to, and in which direction the rest is a mismatch."""

    least: int
    most: int
    level: Level
    direction: Direction


MISSING = LocusMatch(0, 2, "missing", "none")


def genotype(glstring: str, groups: MatchGroups) -> Genotype:
    """Everything that a GL String of one locus can mean. Raises Unreadable if it is not one or two copies of a gene."""
    readings: list[Reading] = []
    for pair in glstring.split("|"):
        copies = [_proteins(copy, groups) for copy in pair.split("+")]
        if len(copies) > 2:
            raise Unreadable("more than two copies of a gene are stated")
        readings += _expressed(copies[0], copies[1] if len(copies) == 2 else ANY)
    return tuple(dict.fromkeys(readings))


def _proteins(copy: str, groups: MatchGroups) -> Groups:
    if not copy or "~" in copy or "^" in copy:
        raise Unreadable("this is not a genotype of one locus: alleles joined by / + |")
    found = [groups.match_groups(name) for name in copy.split("/")]
    return frozenset().union(*found) if all(found) else ANY


def _expressed(first: Groups, second: Groups) -> Iterator[Reading]:
    """The readings of two copies once nulls are accounted for."""
    first_made, second_made = _without_nulls(first), _without_nulls(second)
    first_null, second_null = first_made != first, second_made != second
    if first_made and second_made:
        yield Reading(first_made, second_made)
    if first_null and second_made:
        yield Reading(second_made, second_made, linked=True)
    if second_null and first_made:
        yield Reading(first_made, first_made, linked=True)
    if first_null and (second_null or second == ANY):
        yield SILENT


def _without_nulls(proteins: Groups) -> Groups:
    return frozenset(name for name in proteins if not name.endswith("N"))


def compare(patient: Genotype, donor: Genotype) -> LocusMatch:
    """The match of two genotypes of one locus."""
    pairs = list(product(patient, donor))
    counts = [most(*pair) for pair in pairs]
    best = max(counts)
    worst = min(least(*pair) for pair in pairs)
    mildest = {foreign(*pair, best) for pair, count in zip(pairs, counts, strict=True) if count == best}
    fewest = min(len(directions) for directions in mildest)
    directions = frozenset().union(*(each for each in mildest if len(each) == fewest))
    return LocusMatch(worst, best, _level(patient, donor, worst, best), _direction(directions))


def _level(patient: Genotype, donor: Genotype, worst: int, best: int) -> Level:
    if all(reading.silent for reading in patient) or all(reading.silent for reading in donor):
        return "null"
    if worst == 2:
        return "definite"
    return "potential" if best == 2 else "mismatch"


def _direction(directions: frozenset[str]) -> Direction:
    if len(directions) == 2:
        return "both"
    if "GvH" in directions:
        return "GvH"
    return "HvG" if directions else "none"


def most(patient: Reading, donor: Reading) -> int:
    """The highest count of matches that these two allow."""
    if patient.silent or donor.silent:
        return 0
    patient, donor = _open(patient, donor), _open(donor, patient)
    if patient.linked and donor.linked:
        return 2 if patient.first & donor.first else 0
    if patient.linked or donor.linked:
        only, (one, other, _) = (patient.first, donor) if patient.linked else (donor.first, patient)
        return 2 if only & one & other else _meet(only, one | other)
    direct = patient.first & donor.first and patient.second & donor.second
    cross = patient.first & donor.second and patient.second & donor.first
    return 2 if direct or cross else _meet(patient.first | patient.second, donor.first | donor.second)


def _meet(some: Groups, others: Groups) -> int:
    return 0 if some.isdisjoint(others) else 1


def _open(reading: Reading, other: Reading) -> Reading:
    """An unknown copy as everything that either side may be."""
    everything = reading.first | reading.second | other.first | other.second
    first, second = (everything if each == ANY else each for each in reading[:2])
    return Reading(first, second, reading.linked)


def least(patient: Reading, donor: Reading) -> int:
    """The count of matches that is certain."""
    if patient.silent or donor.silent:
        return 0
    patient, donor = _closed(patient, "patient"), _closed(donor, "donor")
    if _certain(patient) and _certain(donor) and sorted(map(sorted, patient[:2])) == sorted(map(sorted, donor[:2])):
        return 2
    return 0 if _avoidable(patient, donor) else 1


def _closed(reading: Reading, side: str) -> Reading:
    """An unknown copy as a protein of its own that nobody else has."""
    first, second = (frozenset({f"{side} {n}"}) if each == ANY else each for n, each in enumerate(reading[:2]))
    return Reading(first, first if reading.linked else second, reading.linked)


def _certain(reading: Reading) -> bool:
    return len(reading.first) == len(reading.second) == 1


def _avoidable(patient: Reading, donor: Reading) -> bool:
    """Whether the copies can be read so that nothing matches. Large sets are decided within a few choices."""
    return any(
        _readings_beside(donor, chosen)
        for chosen in (zip(patient.first, patient.first, strict=True) if patient.linked else product(*patient[:2]))
    )


def _readings_beside(donor: Reading, chosen: tuple[str, str]) -> bool:
    return bool(donor.first.difference(chosen)) and bool(donor.second.difference(chosen))


def foreign(patient: Reading, donor: Reading, matched: int) -> frozenset[str]:
    """The directions in which the mildest reading with so many matches is a mismatch."""
    if matched == 2:
        return frozenset()
    found = {"GvH"} if _has_foreign(patient, donor, matched) else set()
    return frozenset(found | ({"HvG"} if _has_foreign(donor, patient, matched) else set()))


def _has_foreign(one: Reading, other: Reading, matched: int) -> bool:
    """Whether `one` must have an antigen that `other` has not."""
    if one.silent:
        return False
    if other.silent or matched == 0:
        return True
    one, other = _open(one, other), _open(other, one)
    return not one.linked and not (one.first & one.second & (other.first | other.second))
