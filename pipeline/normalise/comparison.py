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
and `A*01:XX` may be either. With a named allele it shares the first field at most, however many stand before the word:
they are those of the nearest allele, and nobody has said that the protein is the same. DRB3, DRB4 or DRB5 stated twice
alike may be one copy, for software writes it so. A gene that is absent contradicts any copy of it, and a typing that
failed says nothing. The sets are compared as sets, so that a list of 500 alleles against another costs no more than
reading both.

A typing in phase speaks of each of its genes (`phase.py`), and beside another in phase of which alleles lie together:
that is asked where the genes by themselves agree. A gene that a haplotype does not name is not stated there.

Antigens found by serology are held against alleles by what the release relates to them (`serology.py`): they contradict
each other where no allele that is allowed can have the antigen, and no fields are compared.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator
from itertools import product
from math import prod
from typing import Literal, NamedTuple, get_args

from parsers.records import State
from pipeline.normalise.genotype_count import partners
from pipeline.normalise.genotypes import DRB345, genes
from pipeline.normalise.glstring import Tree, alternatives, leaves, read
from pipeline.normalise.nomenclature.names import full_name, split_name, suffix_of, word_of
from pipeline.normalise.nomenclature.release import Release
from pipeline.normalise.phase import cut, genes_told
from pipeline.normalise.serology import Serology

Verdict = Literal["same", "compatible", "contradicts", "unread"]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)


class Copy(NamedTuple):
    """What one copy may be: one of these alleles, or one without a name that begins with one of these bounds."""

    alleles: frozenset[str] = frozenset()
    novel: tuple[str, ...] = ()


Haplotype = tuple[Copy, ...]
"""What lies together: one copy of each gene that is compared."""
Pair = tuple[Haplotype, Haplotype]

WHOLE_NAME = 4
"""The most fields that a name has."""
UNSTATED = Copy()
"""A copy that may be any allele."""
ABSENT, NOVEL = "NNNN", "NEW"
READINGS = 10_000
"""The most alleles or haplotypes of one copy of which each is compared; more are compared as they are written."""
EVERY = ":XX"
"""How a name ends that stands for every allele of a first field, be it named or not."""


class Stated(NamedTuple):
    """What a typing says of a locus: its state, and its canonical GL String if it has one, or its antigens."""

    state: State
    glstring: str | None
    locus: str = ""
    antigens: tuple[str, ...] = ()

    @property
    def loci(self) -> tuple[str, ...]:
        """The loci that it speaks of: those of all its genes if it is in phase."""
        return genes_told(self.locus, self.glstring)

    def of(self, locus: str) -> "Stated":
        """What it says of one of these."""
        if not self.glstring or "~" not in self.glstring:
            return self
        return self._replace(glstring=cut(self.glstring, {locus}), locus=locus)


class Compared(NamedTuple):
    """What two typings of a locus are to each other, and to how many fields they agree."""

    verdict: Verdict
    fields: int


UNREAD = Compared("unread", 0)
SAME = Compared("same", WHOLE_NAME)
COMPATIBLE = Compared("compatible", WHOLE_NAME)
AGREE = (SAME.verdict, COMPATIBLE.verdict)
BY_SEROLOGY: dict[bool | None, Compared] = {
    True: Compared("compatible", 0), False: Compared("contradicts", 0), None: UNREAD,
}  # fmt: skip


class Comparison:
    """Holds typings against each other under one release; `alleles_of` gives the alleles that a name allows there.

    Without a `serology`, antigens are not read.
    """

    def __init__(self, alleles_of: Callable[[str], tuple[str, ...]], serology: Serology | None = None) -> None:
        self._alleles_of = alleles_of
        self._serology = serology

    def by_locus(self, one: Stated, other: Stated) -> Iterator[tuple[str, Compared]]:
        """What these two are to each other at every locus that both speak of, and in phase if they agree at several."""
        spoken = set(other.loci)
        shared = [locus for locus in one.loci if locus in spoken]
        verdicts = set()
        for locus in shared:
            found = self.compare(one.of(locus), other.of(locus))
            verdicts.add(found.verdict)
            yield locus, found
        if len(shared) > 1 and verdicts.issubset(AGREE) and one.glstring and other.glstring:
            yield "~".join(shared), self._compare(one.glstring, other.glstring, tuple(shared))

    def compare(self, one: Stated, other: Stated) -> Compared:
        """What these two are to each other, of one locus; the order of the two does not matter."""
        if one.antigens or other.antigens:
            return self._by_serology(one, other) if one.antigens else self._by_serology(other, one)
        if "absent" in (one.state, other.state):
            return _beside_absence(one, other)
        if not (one.glstring and other.glstring):
            return UNREAD
        return SAME if one == other else self._compare(one.glstring, other.glstring)

    def _by_serology(self, one: Stated, other: Stated) -> Compared:
        """Antigens beside what another typing says of their locus."""
        if self._serology is None:
            return UNREAD
        if other.antigens:
            found = self._serology.can_be_antigens(one.locus, one.antigens, other.antigens)
            alike = found and set(one.antigens) == set(other.antigens)
            return Compared("same", 0) if alike else BY_SEROLOGY[found]
        if not other.glstring and other.state != "absent":
            return UNREAD
        return BY_SEROLOGY[self._serology.can_be(one.locus, one.antigens, other.glstring)]

    def _compare(self, one: str, other: str, in_phase: tuple[str, ...] = ()) -> Compared:
        genotypes, others = (Genotypes(self._pairs(read(text).tree, in_phase)) for text in (one, other))
        if not (genotypes.pairs and others.pairs):
            return UNREAD
        fields = next((depth for depth in range(WHOLE_NAME, 0, -1) if genotypes.meet(others, depth)), 0)
        if fields < WHOLE_NAME:
            return Compared("contradicts", fields)
        return SAME if genotypes.equal(others) else COMPATIBLE

    def _pairs(self, tree: Tree, in_phase: tuple[str, ...]) -> list[Pair]:
        """The genotypes of a tree of one gene, or of these in phase; none if any part of it cannot be told."""
        found = [
            _pairs_of([self._haplotype(copy, in_phase) for copy in alternatives(each, "+")])
            for each in alternatives(tree, "|")
        ]
        return [pair for pairs in found for pair in pairs] if all(found) else []

    def _haplotype(self, copy: Tree, in_phase: tuple[str, ...]) -> Haplotype | None:
        """What a copy may be, gene by gene if it is in phase; None if that cannot be told."""
        named = {gene: part for part in alternatives(copy, "~") for gene in genes(part)} if in_phase else {"": copy}
        found = [self._copy(named[gene]) if gene in named else UNSTATED for gene in in_phase or named]
        told = tuple(each for each in found if each is not None)
        return told if len(told) == len(found) else None

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

    def equal(self, other: "Genotypes") -> bool:
        """Whether both allow the same genotypes, however these are written."""
        bits: dict[Hashable, int] = {}
        return self._partners(bits) == other._partners(bits)

    def _partners(self, bits: dict[Hashable, int]) -> dict[int, int]:
        """The haplotypes that each may stand beside; `bits` gives them numbers."""
        return partners(((_readings(one), _readings(two)) for one, two in self.pairs), bits)

    def cut(self, depth: int) -> list[Pair]:
        """The genotypes with every name cut to so many fields."""
        if depth not in self._cut:
            pairs = (tuple(tuple(_cut(copy, depth) for copy in haplotype) for haplotype in pair) for pair in self.pairs)
            self._cut[depth] = list(dict.fromkeys((one, two) for one, two in pairs))
        return self._cut[depth]

    def meet(self, other: "Genotypes", depth: int) -> bool:
        """Whether a genotype is in both, to so many fields."""
        return any(_meet(*pairs) for pairs in product(self.cut(depth), other.cut(depth)))


def comparison_under(release: Release) -> Comparison:
    """What holds typings against each other under a release, serology included."""
    return Comparison(release.allowed, Serology(release))


def _beside_absence(one: Stated, other: Stated) -> Compared:
    if one.state == other.state:
        return SAME
    return Compared("contradicts", 0) if one.glstring or other.glstring else UNREAD


def _pairs_of(copies: list[Haplotype | None]) -> list[Pair]:
    """The genotypes that one or two copies allow; none if there are more, or one that cannot be told."""
    match copies:
        case [(*_,) as one]:
            return [(one, (UNSTATED,) * len(one))]
        case [(*_,) as one, (*_,) as other]:
            return [(one, other), *((one, (_no_copy(gene),)) for gene in _that_may_be_one_copy(one, other))]
    return []


def _that_may_be_one_copy(one: Haplotype, other: Haplotype) -> frozenset[str]:
    """The gene of two copies stated alike, if it is one of which haplotypes have a copy or none."""
    if len(one) > 1 or one != other:
        return frozenset()
    return DRB345.intersection(split_name(name)[0] for name in one[0].alleles)


def _readings(haplotype: Haplotype) -> Iterable[Hashable]:
    """Everything that a haplotype may be; itself if that is too much."""
    copies = [(*copy.alleles, *copy.novel) or (UNSTATED,) for copy in haplotype]
    return product(*copies) if prod(map(len, copies)) <= READINGS else (haplotype,)


def _no_copy(gene: str) -> Copy:
    return Copy(frozenset({full_name(gene, ABSENT)}))


def _cut(copy: Copy, depth: int) -> Copy:
    """A copy with its names cut to so many fields; cut to one, what is novel has a name if its bound has a field."""
    named = [bound.partition(":")[0] for bound in copy.novel if depth == 1 and ":" in bound]
    novel = tuple(bound for bound in copy.novel if depth > 1 or ":" not in bound)
    return Copy(frozenset((*_shortened(copy.alleles, depth), *named)), novel)


def _shortened(alleles: frozenset[str], depth: int) -> Iterator[str]:
    for allele in alleles:
        gene, fields = split_name(allele)
        suffix = suffix_of(fields)
        shortened = ":".join(fields.removesuffix(suffix).split(":")[:depth])
        yield f"{gene}*{shortened}{'N' if suffix == 'N' else ''}"


def _meet(one: Pair, other: Pair) -> bool:
    (a, b), (c, d) = one, other
    return (_agree(a, c) and _agree(b, d)) or (_agree(a, d) and _agree(b, c))


def _agree(one: Haplotype, other: Haplotype) -> bool:
    return all(map(_share, one, other))


def _share(some: Copy, others: Copy) -> bool:
    if UNSTATED in (some, others) or not some.alleles.isdisjoint(others.alleles):
        return True
    return any(one.startswith(other) or other.startswith(one) for one in some.novel for other in others.novel)
