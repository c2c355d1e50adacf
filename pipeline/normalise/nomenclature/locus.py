"""The names of one gene in one release, and what each token of that gene stands for.

A token stands for current alleles, its **members**: an allele for itself; a name of fewer fields for all that begin
with it, with a suffix (`01:03N`, the short null of WMDA) only for those that carry that suffix; a G or P group for the
members that the release prints; an XX code for all of its first field; a broad one (`DRB1*02:XX`) for all of the first
fields that came of it; a multiple allele code for what its list says; a serological antigen for the alleles that the
release relates to it.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from functools import cached_property
from typing import Literal

import msgspec

from pipeline.normalise.nomenclature.allele_codes import CodeList, Expansion, expand, in_full, usable_first_field
from pipeline.normalise.nomenclature.names import EXPRESSION, LETTERS, Kind, kind_of, sort_key, suffix_of
from pipeline.normalise.nomenclature.release_files import Deleted, LocusNames
from pipeline.normalise.tables import rows

NO_FIELDS: tuple[str, ...] = ()
NO_ACCESSIONS: frozenset[str] = frozenset()
BROAD_FIRST_FIELDS = {
    (row["locus"], row["broad"]): tuple(row["first_fields"].split("/")) for row in rows("broad_first_fields.csv")
}

StatusKind = Literal[
    "current", "prefix", "G", "P", "lg", "XX", "code", "serology", "word", "renamed",
    "MAC", "unknown_code", "misused_code", "old", "malformed", "deleted", "unknown",
]  # fmt: skip
UNDERSTOOD: frozenset[StatusKind] = frozenset(
    ("current", "prefix", "G", "P", "lg", "XX", "code", "serology", "word", "renamed")
)


class Status(msgspec.Struct, frozen=True):
    """What a release says of a name; `successor` and `reason` for a deleted one, `reason` for an unknown one."""

    kind: StatusKind
    successor: str = ""
    reason: str = ""


class Locus:
    """The names of one gene, without the gene, with every way of asking for them."""

    def __init__(
        self,
        gene: str,
        names: LocusNames,
        codes: CodeList | None = None,
        accessions: Callable[[str], frozenset[str]] = lambda _: NO_ACCESSIONS,
    ) -> None:
        self.gene = gene
        self.names = names
        self.codes = codes
        self.accessions = accessions
        self.g_of = {member: group for group, members in names.g_groups.items() for member in members}
        self.p_of = {member: group for group, members in names.p_groups.items() for member in members}
        self.shorter = _shorter_names(names.alleles)
        self._expansions: dict[str, Expansion] = {}
        self._members_of: dict[Kind, Callable[[str], tuple[str, ...]]] = {
            "G": self._of_g_group, "P": self._of_p_group, "lg": self._of_lg, "XX": self._of_xx, "MAC": self._of_code,
            "serology": self._of_antigen,
        }  # fmt: skip

    @property
    def has_groups(self) -> bool:
        """Whether the release defines G or P groups for this gene."""
        return bool(self.names.g_groups or self.names.p_groups)

    @cached_property
    def antigens_of(self) -> dict[str, tuple[str, ...]]:
        """The antigens of every allele that has any, with their letters: `A2`, `Cw10`, `DR4`."""
        return self._by_allele(self.names.antigens)

    @cached_property
    def _expert_antigens_of(self) -> dict[str, tuple[str, ...]]:
        return self._by_allele(self.names.expert_antigens)

    def _by_allele(self, antigens: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        found: defaultdict[str, list[str]] = defaultdict(list)
        for number, alleles in antigens.items():
            for allele in alleles:
                found[allele].append(LETTERS[self.gene] + number)
        return {allele: tuple(named) for allele, named in found.items()}

    def all_antigens(self, allele: str) -> tuple[str, ...]:
        """The antigens of an allele, with those of which only experts say so."""
        return self.antigens_of.get(allele, NO_FIELDS) + self._expert_antigens_of.get(allele, NO_FIELDS)

    @cached_property
    def broads(self) -> dict[str, tuple[str, ...]]:
        """The antigens that an antigen was split from."""
        return _turned(self.names.splits)

    @cached_property
    def associates(self) -> dict[str, tuple[str, ...]]:
        """The antigens that an antigen is associated with: `A203` with A2."""
        return _turned(self.names.associated)

    @cached_property
    def settled(self) -> dict[str, str]:
        """For every two-field name of which an allele lies in a G group: the lowest lgx of its groups.

        A two-field name that reduces to another is replaced by that one, so that reducing twice changes nothing.
        """
        found: defaultdict[str, set[str]] = defaultdict(set)
        for allele, group in self.g_of.items():
            found[two_fields(allele)].add(self.short_of[group])
        return {name: min(names, key=sort_key) for name, names in found.items()}

    @cached_property
    def short_of(self) -> dict[str, str]:
        """The two-field name of every G and P group."""
        groups = {**self.names.g_groups, **self.names.p_groups}
        return {group: self._short(group, members) for group, members in groups.items()}

    def _short(self, group: str, members: tuple[str, ...]) -> str:
        """The first two fields of a group's name, if that is a name and says of expression what the members do.

        A group of null alleles gets the `N`. One that is named after an allele with a suffix, or after one that left
        it, goes by its first member without suffix, or else by its first one with it.
        """
        name = two_fields(group)
        suffixes = {suffix_of(member) for member in members}
        null = f"{name}N"
        if suffixes == {"N"} and (null in self.shorter or null in self.names.alleles):
            return null
        if name in self.shorter or name in self.names.alleles:
            return name
        plain = [two_fields(member) for member in members if not suffix_of(member)]
        return min(plain or [two_fields(each) + suffix_of(each) for each in members], key=sort_key)

    @cached_property
    def by_accession(self) -> dict[str, str]:
        """The current alleles by their accession numbers."""
        return {accession: allele for allele, accession in self.names.alleles.items()}

    @cached_property
    def by_lgx(self) -> dict[str, tuple[str, ...]]:
        """The alleles that share an lgx name."""
        found: defaultdict[str, list[str]] = defaultdict(list)
        for allele in self.names.alleles:
            found[self.lgx(allele)].append(allele)
        return {lgx: tuple(alleles) for lgx, alleles in found.items()}

    def status(self, fields: str) -> Status:
        """What this gene's names say of `fields`."""
        kind = kind_of(self.gene, fields)
        if kind == "allele":
            return self._allele_status(fields)
        if kind == "old":
            return Status("old")
        if fields in self.names.deleted:
            return self.given_up(fields)
        if kind == "MAC":
            return self._code_status(fields)
        if kind in ("G", "P", "lg", "XX", "serology") and not self.members(fields):
            return Status("unknown")
        return Status(kind)

    def _allele_status(self, fields: str) -> Status:
        if fields in self.names.alleles:
            return Status("current")
        if fields in self.names.deleted:
            return self.given_up(fields)
        if fields in self.shorter:
            return Status("prefix")
        if self._meant(fields):
            return Status("deleted", self._called_today(fields), "by the lists of other releases")
        return Status("unknown", reason=self.near(fields))

    def near(self, fields: str) -> str:
        """What to tell of a name that is not held, but is with another expression letter or none."""
        bare = fields.removesuffix(suffix_of(fields))
        spelled = (bare, *(bare + suffix for suffix in EXPRESSION))
        held = [self._whole(each) for each in spelled if each in self.names.alleles or each in self.shorter]
        return f"it holds {' and '.join(held)}" if held else ""

    def given_up(self, fields: str) -> Status:
        """What the release says of a name that it calls deleted; without a successor, what its allele is called now."""
        given_up: Deleted = self.names.deleted[fields]
        return Status("deleted", given_up.successor or self._called_today(fields), given_up.reason)

    def _meant(self, fields: str) -> frozenset[str]:
        """The accession numbers that a name ever meant."""
        return self.accessions(self._whole(fields))

    def _called_today(self, fields: str) -> str:
        """The names of today of the alleles that a name ever meant; empty if there are none."""
        return "/".join(map(self._whole, self._by_number(fields)))

    def _by_number(self, fields: str) -> tuple[str, ...]:
        return tuple(sorted(self.by_accession[each] for each in self._meant(fields) & self.by_accession.keys()))

    def _whole(self, fields: str) -> str:
        return f"{self.gene}*{fields}"

    def _code_status(self, fields: str) -> Status:
        if self.codes is None:
            return Status("MAC")
        first, _, code = fields.partition(":")
        listed = self.codes.members(code)
        if listed is None:
            return Status("unknown_code")
        usable = usable_first_field(listed) or first
        if usable != first:
            return Status("misused_code", reason=f"it may be written with {usable} only")
        return Status("code") if self.members(fields) else Status("unknown", reason="none of its members is current")

    def members(self, fields: str) -> tuple[str, ...]:
        """The current alleles that `fields` stands for; none if it is not understood."""
        if fields in self.names.alleles:
            return (fields,)
        found = self.shorter.get(fields)
        return found or self._members_of.get(kind_of(self.gene, fields), _none)(fields)

    def _of_g_group(self, fields: str) -> tuple[str, ...]:
        return self.names.g_groups.get(fields, NO_FIELDS)

    def _of_p_group(self, fields: str) -> tuple[str, ...]:
        return self.names.p_groups.get(fields, NO_FIELDS)

    def _of_lg(self, fields: str) -> tuple[str, ...]:
        return self.by_lgx.get(fields.removesuffix("g"), NO_FIELDS)

    def _of_code(self, fields: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(each for name in self.expansion(fields).names for each in self.members(name)))

    def _of_xx(self, fields: str) -> tuple[str, ...]:
        """The alleles of a first field, or of those that came of a broad one."""
        first = fields.removesuffix(":XX")
        if first in self.names.alleles:
            return (first,)
        firsts = (first,) if first in self.shorter else BROAD_FIRST_FIELDS.get((self.gene, first), NO_FIELDS)
        return tuple(member for each in firsts for member in self.shorter.get(each, NO_FIELDS))

    def _of_antigen(self, antigen: str) -> tuple[str, ...]:
        """The alleles related to an antigen, or to one of the antigens that it was split into."""
        splits = self.names.splits.get(antigen, NO_FIELDS)
        numbers = [each.removeprefix(LETTERS[self.gene]) for each in (antigen, *splits)]
        return tuple(dict.fromkeys(each for number in numbers for each in self.names.antigens.get(number, NO_FIELDS)))

    def expansion(self, fields: str) -> Expansion:
        """What a multiple allele code stands for, with those members that are not current under their old names."""
        if fields not in self._expansions:
            self._expansions[fields] = expand(self.listed(fields), self.current_names)
        return self._expansions[fields]

    def listed(self, fields: str) -> tuple[str, ...]:
        """The members of a multiple allele code as its list names them, with their first fields."""
        first, _, code = fields.partition(":")
        return in_full(first, (self.codes.members(code) if self.codes else None) or NO_FIELDS)

    def current_names(self, fields: str) -> tuple[str, ...]:
        """A name if it is current; the one in whose favour it was given up, if that is; or today's by accession."""
        if fields in self.names.alleles or fields in self.shorter:
            return (fields,)
        gene, _, successor = self.names.deleted.get(fields, Deleted("", "")).successor.partition("*")
        if gene == self.gene and self.members(successor):
            return (successor,)
        return self._by_number(fields)

    def says_the_same(self, other: "Locus", fields: str) -> bool:
        """Whether another release holds for this name the same alleles in the same G and P groups.

        Then they say the same of it. False also where that is not to be seen at once.
        """
        if fields in self.names.deleted or fields in other.names.deleted or self.has_groups != other.has_groups:
            return False
        accession = self.names.alleles.get(fields)
        members = self.shorter.get(fields) if accession is None else (fields,)
        if members is None or accession != other.names.alleles.get(fields):
            return False
        if accession is None and members != other.shorter.get(fields):
            return False
        return all(
            self.g_of.get(each) == other.g_of.get(each) and self.p_of.get(each) == other.p_of.get(each)
            for each in members
        )

    def is_null(self, fields: str) -> bool:
        """Whether `fields` stands for null alleles only."""
        members = self.members(fields)
        return bool(members) and all(suffix_of(member) == "N" for member in members)

    def expressed(self, fields: str) -> tuple[str, ...]:
        """The alleles meant for matching: a name without N means the expressed ones, unless there are none.

        A first field alone is an XX code, which with other codes and antigens means every allele.
        """
        members = self.members(fields)
        if kind_of(self.gene, fields) in ("XX", "MAC", "serology") or ":" not in fields:
            return members
        return tuple(member for member in members if suffix_of(member) != "N") or members

    def protein_group(self, allele: str) -> str:
        """The P group of an allele; without one, its own two fields; of a null allele its whole name."""
        if suffix_of(allele) == "N":
            return allele
        return self.p_of.get(allele) or two_fields(allele)

    def lgx(self, fields: str) -> str:
        """The short name of a name's G group, of its P group without one, or of itself without either."""
        if fields in self.names.p_groups and two_fields(fields) in self.shorter:
            fields = two_fields(fields)
        members = self.members(fields)
        found = [self.g_of[each] for each in members if each in self.g_of]
        found = found or [self.p_of[each] for each in members if each in self.p_of]
        if found:
            lowest = min((self.short_of[group] for group in found), key=sort_key)
            return self.settled.get(lowest, lowest)
        return self.shortened(fields)

    def shortened(self, fields: str) -> str:
        """The first two fields of a longer name; a null one gets or keeps its `N`."""
        if fields.count(":") > 1:
            return two_fields(fields) + ("N" if self.is_null(fields) else "")
        return self.marked(fields)

    def marked(self, fields: str) -> str:
        """A name without suffix that stands for null alleles only, with the `N` that it left out."""
        return f"{fields}N" if fields[-1:].isdigit() and self.is_null(fields) else fields


def _none(_: str) -> tuple[str, ...]:
    return NO_FIELDS


def _turned(narrower: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for wide, narrow in narrower.items():
        for each in narrow:
            found[each].append(wide)
    return {each: tuple(wide) for each, wide in found.items()}


def two_fields(fields: str) -> str:
    """The first two fields of a name, without any suffix or group letter."""
    first_two = ":".join(fields.split(":", 2)[:2])
    return first_two.rstrip("NLSCAQGP")


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
