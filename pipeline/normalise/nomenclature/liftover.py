"""Names of one release in those of another, by accession number: a name may change or change its owner, a number stays.

A name that stands for several alleles (fewer fields, a G or P group, an XX code, a multiple allele code) is lifted by
its members. It keeps its text where that means the same members there, alleles aside that only one of the two releases
holds; otherwise it becomes the groups or short names that hold its members and no others, and single alleles for what
these leave over. An allele that the other release gave up goes by the successor that this release states.
"""

from collections.abc import Iterable, Iterator
from functools import cache

import msgspec

from pipeline.normalise.nomenclature.locus import UNDERSTOOD, Locus
from pipeline.normalise.nomenclature.names import full_name, kind_of, sort_key, split_name, suffix_of
from pipeline.normalise.nomenclature.release import Release
from pipeline.normalise.records import Flag
from pipeline.normalise.reduction_flags import code_notes

NAMED_IN_MESSAGE = 5


class Lifted(msgspec.Struct, frozen=True):
    """What a name is called in the other release, sorted; nothing if it is refused. Flags say what to know or why."""

    names: tuple[str, ...]
    flags: tuple[Flag, ...] = ()


class Lifter:
    """Lifts names from the release `here` to the release `there`."""

    def __init__(self, here: Release, there: Release) -> None:
        self.here = here
        self.there = there
        self.lift = cache(self._lift)
        self._genes = cache(lambda gene: _Gene(here.locus(gene), there.locus(gene)))

    def _lift(self, name: str) -> Lifted:
        """What a name that `here` understands is called there; the caller has refused the others."""
        gene, fields = split_name(name)
        status = self.here.status(name)
        if status.kind not in UNDERSTOOD:
            raise ValueError(f"a name that release {self.here.version} does not understand ({status.kind})")
        if status.kind == "word":
            return Lifted((name,))
        if status.kind == "renamed":
            return self._translated(name, status.successor.split("/"))
        lifted = self._by_members(name, gene, fields)
        if status.kind == "code" and lifted.names != (name,):
            return msgspec.structs.replace(lifted, flags=(*lifted.flags, *code_notes(name, self.here)))
        return lifted

    def _translated(self, name: str, today: list[str]) -> Lifted:
        """What a name in the spelling of before 2010 is called there, by the names of `here` that it stands for."""
        found = [self.lift(name) for name in today]
        names = sorted({there for each in found for there in each.names}, key=sort_key)
        flags = (msgspec.structs.replace(flag, token=name) for each in found for flag in each.flags)
        return Lifted(tuple(names), tuple(dict.fromkeys(flags)))

    def _by_members(self, name: str, gene: str, fields: str) -> Lifted:
        genes = self._genes(gene)
        now = {member: genes.now(member) for member in genes.here.members(fields)}
        gone = [member for member, names in now.items() if not names]
        held = {each for names in now.values() for each in names}
        succeeded = [member for member, names in now.items() if names and genes.number(member) not in genes.names]
        flags = [*self._gone(name, gene, gone, bool(held)), *self._succeeded(name, gene, succeeded)]
        found = tuple(sorted((full_name(gene, each) for each in genes.expressed_as(fields, held)), key=sort_key))
        if len(found) > 1:
            message = f"release {self.there.version} has no one name for this; it is written as {len(found)}"
            flags.append(Flag("liftover_divided", name, message))
        return Lifted(found, tuple(flags))

    def _gone(self, name: str, gene: str, gone: list[str], rest: bool) -> Iterator[Flag]:
        if gone and not rest:
            message = f"release {self.there.version} has no name for this, nor a successor"
            yield Flag("liftover_gone", name, message, "error")
        elif gone:
            message = f"{_told(gene, gone)}: not among the names of release {self.there.version}"
            yield Flag("liftover_member_gone", name, message)

    def _succeeded(self, name: str, gene: str, succeeded: list[str]) -> Iterator[Flag]:
        if succeeded:
            message = f"{_told(gene, succeeded)}: given up in release {self.there.version}; the successor was taken"
            yield Flag("liftover_successor", name, message)


class _Gene:
    """One gene in both releases."""

    def __init__(self, here: Locus, there: Locus) -> None:
        self.here = here
        self.there = there
        self.names = {number: fields for fields, number in there.names.alleles.items()}
        numbers = set(here.names.alleles.values())
        self.shared = {fields for number, fields in self.names.items() if number in numbers}

    def number(self, allele: str) -> str:
        """The accession number of an allele of `here`."""
        return self.here.names.alleles[allele]

    def now(self, allele: str) -> tuple[str, ...]:
        """What an allele of `here` is called there; else the successors that are stated there; else nothing."""
        if same := self.names.get(self.number(allele)):
            return (same,)
        given_up = self.there.names.deleted.get(allele)
        if given_up is None or allele in self.there.names.alleles:
            return ()
        gene, _, successor = given_up.successor.partition("*")
        return self.there.members(successor) if gene == self.there.gene else ()

    def expressed_as(self, fields: str, held: set[str]) -> set[str]:
        """The names there that stand for the alleles `held`, of the same sort as `fields` as far as they can."""
        if fields in self.here.names.alleles or not held:
            return held
        if self._means(fields, held) == held:
            return {fields}
        found, left = set(), set(held)
        for candidate in sorted(set(self._candidates(fields, held)), key=sort_key):
            if covered := self._means(candidate, held):
                found.add(candidate)
                left -= covered
        return found | left

    def _means(self, fields: str, held: set[str]) -> set[str]:
        """Those of `held` that `fields` stands for there; none if it stands for others that both releases hold."""
        members = set(self.there.members(fields))
        if (members & self.shared) - held or self.there.status(fields).kind not in UNDERSTOOD:
            return set()
        unmarked_null = fields[-1:].isdigit() and self.there.is_null(fields)
        return set() if unmarked_null and fields not in members else members & held

    def _candidates(self, fields: str, held: set[str]) -> Iterable[str]:
        kind = kind_of(self.here.gene, fields)
        if kind in ("G", "P"):
            groups = self.there.g_of if kind == "G" else self.there.p_of
            return [groups[each] for each in held if each in groups]
        depth = 2 if kind == "MAC" else fields.count(":") + 1
        return [_shortened(each, depth) for each in held if kind in ("allele", "MAC")]


def _shortened(allele: str, depth: int) -> str:
    """The first fields of an allele, with its suffix."""
    suffix = suffix_of(allele)
    return ":".join(allele.removesuffix(suffix).split(":")[:depth]) + suffix


def _told(gene: str, alleles: list[str]) -> str:
    shown = ", ".join(full_name(gene, each) for each in alleles[:NAMED_IN_MESSAGE])
    more = len(alleles) - NAMED_IN_MESSAGE
    return f"{shown} and {more} more" if more > 0 else shown
