"""Whether two typings of one locus can both be true of one person, and how many fields of the names agree.

A typing stands for a set of genotypes: its canonical GL String with every name as the alleles of the release that it
allows. Two typings are

    same         they allow the same genotypes
    compatible   they share some genotype, as A*01:01 and A*01:01:01:01 do
    contradicts  they share none; `fields` is the number of fields, 0 to 3, to which they would still share one
    unread       one of them has no meaning here, so that nobody can tell

A null allele agrees with no expressed one, however many fields they share. A second copy that is not stated may be
anything. A gene that is absent contradicts any copy of it, and a typing that failed says nothing. The sets are compared
as sets, so that a list of 500 alleles against another costs no more than reading both.
"""

from collections.abc import Callable, Iterator
from functools import cached_property
from itertools import product
from typing import Literal, NamedTuple, get_args

from parsers.records import State
from pipeline.normalise.glstring import Tree, leaves, read
from pipeline.normalise.nomenclature.names import split_name, suffix_of

Verdict = Literal["same", "compatible", "contradicts", "unread"]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)

Alleles = frozenset[str]
Pair = tuple[Alleles, Alleles]

WHOLE_NAME = 4
"""The most fields that a name has."""
UNSTATED: Alleles = frozenset()
"""A copy that may be any allele."""


class Stated(NamedTuple):
    """What a typing says of a locus: its state, and its canonical GL String if it has one."""

    state: State
    glstring: str | None


class Compared(NamedTuple):
    """What two typings of a locus are to each other, and to how many fields they agree."""

    verdict: Verdict
    fields: int


UNREAD = Compared("unread", 0)
SAME = Compared("same", WHOLE_NAME)
COMPATIBLE = Compared("compatible", WHOLE_NAME)


class Comparison:
    """Holds typings against each other under one release; `alleles_of` gives the alleles that a name allows there."""

    def __init__(self, alleles_of: Callable[[str], tuple[str, ...]]) -> None:
        self._alleles_of = alleles_of

    def compare(self, one: Stated, other: Stated) -> Compared:
        """What these two are to each other; the order of the two does not matter."""
        if "absent" in (one.state, other.state):
            return _beside_absence(one, other)
        if not (one.glstring and other.glstring):
            return UNREAD
        if one == other:
            return SAME
        return self._compare(one.glstring, other.glstring)

    def _compare(self, one: str, other: str) -> Compared:
        genotypes, others = (Genotypes(self._pairs(read(text).tree)) for text in (one, other))
        if not (genotypes.pairs and others.pairs):
            return UNREAD
        if genotypes.whole == others.whole:
            return SAME
        fields = next((depth for depth in range(WHOLE_NAME, 0, -1) if genotypes.meet(others, depth)), 0)
        return COMPATIBLE if fields == WHOLE_NAME else Compared("contradicts", fields)

    def _pairs(self, tree: Tree) -> list[Pair]:
        """The genotypes of a tree of one gene; none if any part of it cannot be told."""
        alternatives = tree[1] if tree[0] == "|" and not isinstance(tree, str) else (tree,)
        copies = [[self._alleles(copy) for copy in _copies(each)] for each in alternatives]
        if any(len(each) > 2 or UNSTATED in each for each in copies):
            return []
        return [(each[0], each[1] if len(each) == 2 else UNSTATED) for each in copies]

    def _alleles(self, copy: Tree) -> Alleles:
        if not isinstance(copy, str) and copy[0] != "/":
            return UNSTATED
        found = [self._alleles_of(name) for name in leaves(copy)]
        return frozenset().union(*found) if all(found) else UNSTATED


class Genotypes:
    """The genotypes that a typing allows."""

    def __init__(self, pairs: list[Pair]) -> None:
        self.pairs = pairs
        self._cut: dict[int, list[Pair]] = {}

    @cached_property
    def whole(self) -> frozenset[frozenset[Alleles]]:
        """The genotypes with their two copies in no order."""
        return frozenset(map(frozenset, self.pairs))

    def cut(self, depth: int) -> list[Pair]:
        """The genotypes with every name cut to so many fields."""
        if depth not in self._cut:
            self._cut[depth] = list(dict.fromkeys((_cut(one, depth), _cut(two, depth)) for one, two in self.pairs))
        return self._cut[depth]

    def meet(self, other: "Genotypes", depth: int) -> bool:
        """Whether a genotype is in both, to so many fields."""
        return any(_meet(*pairs) for pairs in product(self.cut(depth), other.cut(depth)))


def _beside_absence(one: Stated, other: Stated) -> Compared:
    if one.state == other.state:
        return SAME
    return Compared("contradicts", 0) if one.glstring or other.glstring else UNREAD


def _copies(tree: Tree) -> tuple[Tree, ...]:
    return tree[1] if tree[0] == "+" and not isinstance(tree, str) else (tree,)


def _cut(alleles: Alleles, depth: int) -> Alleles:
    return frozenset(_shortened(alleles, depth))


def _shortened(alleles: Alleles, depth: int) -> Iterator[str]:
    for allele in alleles:
        gene, fields = split_name(allele)
        suffix = suffix_of(fields)
        shortened = ":".join(fields.removesuffix(suffix).split(":")[:depth])
        yield f"{gene}*{shortened}{'N' if suffix == 'N' else ''}"


def _meet(one: Pair, other: Pair) -> bool:
    (a, b), (c, d) = one, other
    return (_share(a, c) and _share(b, d)) or (_share(a, d) and _share(b, c))


def _share(some: Alleles, others: Alleles) -> bool:
    return UNSTATED in (some, others) or not some.isdisjoint(others)
