"""One release of the nomenclature: which names it holds, what they stand for, and what they reduce to.

A **G group** joins alleles with the same nucleotides in the exons of the peptide binding domain (2 and 3 in class I,
2 in class II); a **P group** joins those with the same protein there, and so holds no null allele. Names of groups
and their members are taken from the release as printed, never worked out again.

Reductions of a name:

    G     its G group; the name itself if it is in none
    P     its P group; the name itself if it is in none (a null allele stays what it is)
    lgx   the first two fields of its G group's name; without a G group those of its P group's; without either its own
          first two fields, and then with the `N` of a null allele

A name with fewer fields than the alleles it stands for reduces to the groups that these lie in; one of the first
field alone (`A*02`) is taken for the XX code (`A*02:XX`), to all of whose two-field names it reduces. A null allele
that lies in a G group reduces to the name of the group, which makes no statement about expression: G and lgx are
therefore not for matching. `match_groups` is: there a null allele stays a null allele.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from functools import cached_property
from typing import Literal

import msgspec

from pipeline.normalise.nomenclature.names import EXPRESSION, full_name, kind_of, sort_key, split_name, suffix_of
from pipeline.normalise.nomenclature.release_files import Deleted, LocusNames

Mode = Literal["G", "P", "lgx"]
MODES: tuple[Mode, ...] = ("G", "P", "lgx")
NO_FIELDS: tuple[str, ...] = ()


class Status(msgspec.Struct, frozen=True):
    """What a release says of a name; `successor` and `reason` for a deleted one, `reason` for an unknown one."""

    kind: Literal["current", "prefix", "G", "P", "XX", "MAC", "word", "old", "malformed", "deleted", "unknown"]
    successor: str = ""
    reason: str = ""


class UnknownName(ValueError):
    """The release does not hold this name; `status` says what is known of it."""

    def __init__(self, status: Status) -> None:
        super().__init__(f"the release does not hold this name ({status.kind})")
        self.status = status


class Locus:
    """The names of one gene, without the gene, with every way of asking for them."""

    def __init__(self, gene: str, names: LocusNames) -> None:
        self.gene = gene
        self.names = names
        self.g_of = {member: group for group, members in names.g_groups.items() for member in members}
        self.p_of = {member: group for group, members in names.p_groups.items() for member in members}
        self.shorter = _shorter_names(names.alleles)

    @cached_property
    def by_accession(self) -> dict[str, str]:
        """The current name of every accession number."""
        return {accession: fields for fields, accession in self.names.alleles.items()}

    def status(self, fields: str) -> Status:
        """What this gene's names say of `fields`."""
        kind = kind_of(self.gene, fields)
        if kind == "allele":
            return self._allele_status(fields)
        if fields in self.names.deleted:
            return self._deleted(fields)
        if kind in ("G", "P", "XX") and not self.members(fields):
            return Status("unknown")
        return Status(kind)

    def _allele_status(self, fields: str) -> Status:
        if fields in self.names.alleles:
            return Status("current")
        if fields in self.names.deleted:
            return self._deleted(fields)
        return Status("prefix") if fields in self.shorter else Status("unknown", reason=self._near(fields))

    def _near(self, fields: str) -> str:
        """What to tell of a name that is not held, but is with another expression letter or none."""
        bare = fields.removesuffix(suffix_of(fields))
        spelled = (bare, *(bare + suffix for suffix in EXPRESSION))
        held = [each for each in spelled if each in self.names.alleles or each in self.shorter]
        return f"it holds {' and '.join(held)}" if held else ""

    def _deleted(self, fields: str) -> Status:
        given_up: Deleted = self.names.deleted[fields]
        return Status("deleted", given_up.successor, given_up.reason)

    def members(self, fields: str) -> tuple[str, ...]:
        """The current alleles that `fields` stands for: itself, longer names, a group's members, a first field's."""
        if fields in self.names.alleles:
            return (fields,)
        if fields.endswith(":XX"):
            return self.shorter.get(fields.removesuffix(":XX"), NO_FIELDS)
        groups = self.names.g_groups if fields.endswith("G") else self.names.p_groups
        return groups.get(fields) or self.shorter.get(fields, NO_FIELDS)

    def expressed(self, fields: str) -> tuple[str, ...]:
        """The alleles meant for matching: a name without N means the expressed ones, unless there are none."""
        members = self.members(fields)
        if fields.endswith(":XX"):
            return members
        return tuple(member for member in members if suffix_of(member) != "N") or members

    def protein_group(self, allele: str) -> str:
        """The P group of an allele; without one, its own two fields; of a null allele its whole name."""
        if suffix_of(allele) == "N":
            return allele
        return self.p_of.get(allele) or two_fields(allele)

    def reduced(self, fields: str, mode: Mode) -> frozenset[str]:
        """What `fields` reduces to; a gene for which the release defines no groups is left as it is."""
        if not self.names.g_groups and not self.names.p_groups:
            return frozenset({fields})
        if fields.endswith(":XX") or (fields not in self.names.alleles and (":" not in fields or suffix_of(fields))):
            return frozenset().union(*(self.reduced(name, mode) for name in self._parts(fields)))
        if mode == "lgx":
            return frozenset({self._lgx(fields)})
        if fields.endswith(mode):
            return frozenset({fields})
        groups = self.g_of if mode == "G" else self.p_of
        found = frozenset(groups[member] for member in self.members(fields) if member in groups)
        return found or frozenset(self.members(fields) if fields[-1] in "GP" else {fields})

    def _parts(self, fields: str) -> set[str]:
        """The names that an XX code, a first field or a short name with a suffix is taken apart into."""
        members = self.members(fields)
        return set(members) if suffix_of(fields) else set(map(_shortened, members))

    def _lgx(self, fields: str) -> str:
        if fields in self.names.p_groups and two_fields(fields) in self.shorter:
            fields = two_fields(fields)
        members = self.members(fields)
        found = [self.g_of[each] for each in members if each in self.g_of]
        found = found or [self.p_of[each] for each in members if each in self.p_of]
        if found:
            return self._settled(min(map(two_fields, found), key=sort_key))
        return _shortened(fields)

    def _settled(self, fields: str) -> str:
        """A two-field name that reduces to another is replaced by that one, so that reducing twice changes nothing."""
        found = [two_fields(self.g_of[member]) for member in self.shorter.get(fields, NO_FIELDS) if member in self.g_of]
        return min(found, key=sort_key, default=fields)


class Release:
    """A release of IPD-IMGT/HLA. Names go in with or without `HLA-`, and come out as in a canonical GL String."""

    def __init__(self, version: str, title: str, loci: Iterable[str], load_locus: Callable[[str], LocusNames]) -> None:
        self.version = version
        self.title = title
        self.loci = frozenset(loci)
        self._load_locus = load_locus
        self._open: dict[str, Locus] = {}
        self._reduced: dict[tuple[str, Mode], frozenset[str]] = {}
        self._match_groups: dict[str, frozenset[str]] = {}

    def locus(self, gene: str) -> Locus:
        """The names of one gene; a gene that the release does not know has none."""
        if gene not in self._open:
            names = self._load_locus(gene) if gene in self.loci else LocusNames({}, {}, {}, {})
            self._open[gene] = Locus(gene, names)
        return self._open[gene]

    def status(self, name: str) -> Status:
        """What the release says of a name: a current allele, fewer fields of some, a group, deleted, unknown ..."""
        gene, fields = split_name(name)
        return self.locus(gene).status(fields)

    def accession(self, name: str) -> str | None:
        """The accession number of a current allele."""
        gene, fields = split_name(name)
        return self.locus(gene).names.alleles.get(fields)

    def name_of(self, accession: str, namesake: str) -> str | None:
        """The current name of the allele with this accession number, in the gene of a name that it once had."""
        gene = split_name(namesake)[0]
        return _named(gene, self.locus(gene).by_accession.get(accession))

    def g_group(self, name: str) -> str | None:
        """The G group of a current allele, as the release names it."""
        gene, fields = split_name(name)
        return _named(gene, self.locus(gene).g_of.get(fields))

    def p_group(self, name: str) -> str | None:
        """The P group of a current allele, as the release names it."""
        gene, fields = split_name(name)
        return _named(gene, self.locus(gene).p_of.get(fields))

    def expand(self, name: str) -> tuple[str, ...]:
        """The current alleles that a name, group or XX code stands for, sorted; none if it is not understood."""
        gene, fields = split_name(name)
        return tuple(sorted((full_name(gene, each) for each in self.locus(gene).members(fields)), key=sort_key))

    def is_null(self, name: str) -> bool:
        """Whether a name stands for null alleles only."""
        gene, fields = split_name(name)
        members = self.locus(gene).members(fields)
        return bool(members) and all(suffix_of(member) == "N" for member in members)

    def reduce(self, token: str, mode: Mode) -> frozenset[str]:
        """What a name or a `/` list reduces to, as a set. Raises UnknownName for one that the release does not hold."""
        return frozenset().union(*(self._reduce_name(name, mode) for name in token.split("/")))

    def _reduce_name(self, name: str, mode: Mode) -> frozenset[str]:
        if known := self._reduced.get((name, mode)):
            return known
        status = self.status(name)
        if status.kind not in ("current", "prefix", "G", "P", "XX", "word"):
            raise UnknownName(status)
        gene, fields = split_name(name)
        reduced = {fields} if status.kind == "word" else self.locus(gene).reduced(fields, mode)
        self._reduced[name, mode] = found = frozenset(full_name(gene, each) for each in reduced)
        return found

    def match_groups(self, token: str) -> frozenset[str]:
        """The proteins that a name or a `/` list allows, for matching: P groups, or two fields for alleles without one.

        A null allele gives its own name, which ends in `N`, and is thus equal to no expressed protein. A name of
        fewer fields without `N`, and a G group, are read as the expressed alleles they stand for, as registries do. A
        word such as NEW or NNNN, and a name that the release does not hold, allow nothing that is known: the empty
        set.
        """
        return frozenset().union(*(self._match_groups_of(name) for name in token.split("/")))

    def _match_groups_of(self, name: str) -> frozenset[str]:
        known = self._match_groups.get(name)
        if known is None:
            gene, fields = split_name(name)
            locus = self.locus(gene)
            known = frozenset(full_name(gene, locus.protein_group(allele)) for allele in locus.expressed(fields))
            self._match_groups[name] = known
        return known


def two_fields(fields: str) -> str:
    """The first two fields of a name, without any suffix or group letter."""
    first_two = ":".join(fields.split(":", 2)[:2])
    return first_two.rstrip("NLSCAQGP")


def _shortened(fields: str) -> str:
    """The first two fields of a longer name, with the `N` of a null allele; a name of two fields as it is."""
    if fields.count(":") < 2:
        return fields
    return two_fields(fields) + ("N" if suffix_of(fields) == "N" else "")


def _named(gene: str, fields: str | None) -> str | None:
    return None if fields is None else full_name(gene, fields)


def _shorter_names(alleles: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Every name of fewer fields and the alleles it stands for; with the suffix (`01:03N`) only those that carry it."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for allele in alleles:
        suffix = suffix_of(allele)
        whole = allele.removesuffix(suffix)
        end = whole.find(":")
        while end > 0:
            found[whole[:end]].append(allele)
            if suffix and ":" in whole[:end]:
                found[whole[:end] + suffix].append(allele)
            end = whole.find(":", end + 1)
    return {name: tuple(members) for name, members in found.items()}
