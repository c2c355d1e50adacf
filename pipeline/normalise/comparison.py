"""Whether two typings of one locus can both be true of one person, and how many fields of the names agree.

A typing stands for a set of genotypes: its canonical GL String with every name as the alleles of the release that it
allows. Two typings are

    same         they allow the same genotypes
    compatible   they share some genotype, as A*01:01 and A*01:01:01:01 do
    contradicts  they share none; `fields` is the number of fields, 0 to 3, to which they would still share one
    unread       one of them has no meaning here, so that nobody can tell

A null allele agrees with no expressed one, however many fields they share. A second copy that is not stated may be
anything, and so may one that failed or was not typed (XXXX, UUUU). NNNN is no copy at all. A novel allele (NEW) is none
of those that have a name, and what stands before the word bounds it: `A*01:NEW` may be `A*NEW` and is no `A*02:NEW`,
and `A*01:XX` may be either. DRB3, DRB4 or DRB5 stated twice alike may be one copy, for software writes it so. A gene
that is absent contradicts any copy of it, and a typing that failed says nothing. The sets are compared as sets, so that
a list of 500 alleles against another costs no more than reading both.
"""

from collections.abc import Callable, Iterator
from functools import cached_property
from itertools import product
from typing import Literal, NamedTuple, get_args

from parsers.records import State
from pipeline.normalise.genotypes import DRB345
from pipeline.normalise.glstring import Tree, leaves, read
from pipeline.normalise.nomenclature.names import full_name, split_name, suffix_of, word_of

Verdict = Literal["same", "compatible", "contradicts", "unread"]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)


class Copy(NamedTuple):
    """What one copy may be: one of these alleles, or one without a name that begins with one of these bounds."""

    alleles: frozenset[str] = frozenset()
    novel: tuple[str, ...] = ()


Pair = tuple[Copy, Copy]

WHOLE_NAME = 4
"""The most fields that a name has."""
UNSTATED = Copy()
"""A copy that may be any allele."""
ABSENT, NOVEL = "NNNN", "NEW"
EVERY = ":XX"
"""How a name ends that stands for every allele of a first field, be it named or not."""


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
        found = [_pairs_of([self._copy(copy) for copy in _copies(each)]) for each in alternatives]
        return [pair for pairs in found for pair in pairs] if all(found) else []

    def _copy(self, copy: Tree) -> Copy | None:
        """What a copy may be; None if that cannot be told."""
        if not isinstance(copy, str) and copy[0] != "/":
            return None
        found = [self._allowed(name) for name in leaves(copy)]
        told = [each for each in found if each is not None]
        if len(told) < len(found):
            return None
        if UNSTATED in told:
            return UNSTATED
        alleles = frozenset[str]().union(*(each.alleles for each in told))
        return Copy(alleles, tuple(bound for each in told for bound in each.novel))

    def _allowed(self, name: str) -> Copy | None:
        """What one name or word allows; None if it means nothing here."""
        gene, fields = split_name(name)
        word = word_of(fields)
        if word == NOVEL:
            return Copy(novel=(f"{gene}*{fields.removesuffix(NOVEL)}",))
        if word:
            return _no_copy(gene) if word == ABSENT else UNSTATED
        alleles = frozenset(self._alleles_of(name))
        novel = (f"{gene}*{fields.removesuffix(EVERY)}:",) if fields.endswith(EVERY) else ()
        return Copy(alleles, novel) if alleles else None


class Genotypes:
    """The genotypes that a typing allows."""

    def __init__(self, pairs: list[Pair]) -> None:
        self.pairs = pairs
        self._cut: dict[int, list[Pair]] = {}

    @cached_property
    def whole(self) -> frozenset[frozenset[Copy]]:
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


def _pairs_of(copies: list[Copy | None]) -> list[Pair]:
    """The genotypes that one or two copies allow; none if there are more, or one that cannot be told."""
    match copies:
        case [Copy() as one]:
            return [(one, UNSTATED)]
        case [Copy() as one, Copy() as other]:
            genes = {split_name(name)[0] for name in one.alleles} if one == other else set[str]()
            return [(one, other), *((one, _no_copy(gene)) for gene in genes & DRB345)]
    return []


def _no_copy(gene: str) -> Copy:
    return Copy(frozenset({full_name(gene, ABSENT)}))


def _cut(copy: Copy, depth: int) -> Copy:
    """A copy with its names and bounds cut to so many fields; a bound that has as many is a name then."""
    bounded = [bound.split(":")[:depth] for bound in copy.novel if bound.count(":") >= depth]
    return Copy(
        frozenset((*_shortened(copy.alleles, depth), *map(":".join, bounded))),
        tuple(bound for bound in copy.novel if bound.count(":") < depth),
    )


def _shortened(alleles: frozenset[str], depth: int) -> Iterator[str]:
    for allele in alleles:
        gene, fields = split_name(allele)
        suffix = suffix_of(fields)
        shortened = ":".join(fields.removesuffix(suffix).split(":")[:depth])
        yield f"{gene}*{shortened}{'N' if suffix == 'N' else ''}"


def _meet(one: Pair, other: Pair) -> bool:
    (a, b), (c, d) = one, other
    return (_share(a, c) and _share(b, d)) or (_share(a, d) and _share(b, c))


def _share(some: Copy, others: Copy) -> bool:
    if UNSTATED in (some, others) or not some.alleles.isdisjoint(others.alleles):
        return True
    return any(one.startswith(other) or other.startswith(one) for one in some.novel for other in others.novel)
