"""How many genotypes a GL String stands for, counted from its lists without writing one of them out.

A gene copy is a product of lists (one, or several in phase), so that copies and what two of them have in common are
counted by multiplying. Two copies of n and m haplotypes, k of them in common, make n·m - k·(k-1)/2 genotypes, for the
order of copies says nothing. Genes multiply. Where genotypes are joined by `|` the same genotype may stand in several
of them: then every haplotype named is given a bit, and the partners that it is met with are united bit by bit, which
needs as many steps as haplotypes are written, not as many as there are pairs.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable
from itertools import product
from math import prod

from parsers.errors import ParseError
from pipeline.normalise.genotypes import genes
from pipeline.normalise.glstring import Tree, alternatives, canonical, text_of

HAPLOTYPE_LIMIT = 1_000_000

Copy = tuple[frozenset[str], ...]
"""The alternatives of every gene on one haplotype."""


def count_genotypes(tree: Tree, expand: Callable[[str], Collection[str]] = lambda name: (name,)) -> int:
    """The number of distinct genotypes; `expand` gives the alleles of a name, if alleles are to be counted.

    Raises ParseError for more than two copies, for phased haplotypes joined by `|` that are too many to tell apart, and
    for the same several genes on both sides of `?`.
    """
    of_genes: defaultdict[frozenset[str], list[Tree]] = defaultdict(list)
    for located in alternatives(tree, "?"):
        of_genes[genes(located)].append(located)
    return sum(_of_same_genes(each, expand) for each in of_genes.values())


def _of_same_genes(located: list[Tree], expand: Callable[[str], Collection[str]]) -> int:
    """Alternatives joined by `?` that name the same genes may share genotypes, as those joined by `|` do."""
    if len(located) == 1:
        return prod(_of_gene(gene, expand) for gene in alternatives(located[0], "^"))
    if any(len(alternatives(each, "^")) > 1 for each in located):
        raise ParseError("the same genes stand on both sides of ?", expected="other genes on either side")
    return _of_gene(canonical(("|", tuple(located))), expand)


def _of_gene(tree: Tree, expand: Callable[[str], Collection[str]]) -> int:
    genotypes = [_copies(genotype, expand) for genotype in alternatives(tree, "|")]
    if len(genotypes) == 1:
        return _of_copies(genotypes[0])
    hemizygous = frozenset().union(*(_haplotypes(copies[0]) for copies in genotypes if len(copies) == 1))
    return len(hemizygous) + _distinct_pairs([copies for copies in genotypes if len(copies) == 2])


def _copies(tree: Tree, expand: Callable[[str], Collection[str]]) -> list[Copy]:
    copies = alternatives(tree, "+")
    if len(copies) > 2:
        raise ParseError("more than two copies are stated", found=text_of(tree), expected="one copy or two")
    return [tuple(_alleles(locus, expand) for locus in alternatives(copy, "~")) for copy in copies]


def _alleles(tree: Tree, expand: Callable[[str], Collection[str]]) -> frozenset[str]:
    return frozenset(allele for name in alternatives(tree, "/") for allele in expand(str(name)))


def _of_copies(copies: list[Copy]) -> int:
    counts = [prod(map(len, copy)) for copy in copies]
    if len(copies) == 1:
        return counts[0]
    one, other = copies
    common = prod(len(a & b) for a, b in zip(one, other, strict=True)) if len(one) == len(other) else 0
    return counts[0] * counts[1] - common * (common - 1) // 2


def _distinct_pairs(genotypes: Iterable[list[Copy]]) -> int:
    """The number of distinct unordered pairs in these products of two copies."""
    beside = partners(((_haplotypes(one), _haplotypes(other)) for one, other in genotypes), {})
    homozygous = sum(partner >> bit & 1 for bit, partner in beside.items())
    return (sum(partner.bit_count() for partner in beside.values()) + homozygous) // 2


def partners(
    genotypes: Iterable[tuple[Iterable[Hashable], Iterable[Hashable]]], bits: dict[Hashable, int]
) -> dict[int, int]:
    """For the bit of each haplotype in these products of two copies, the bits of those that it is met with.

    `bits` gives every haplotype its bit; new ones are given the next.
    """
    beside: defaultdict[int, int] = defaultdict(int)
    for genotype in genotypes:
        sides = [[bits.setdefault(each, len(bits)) for each in copy] for copy in genotype]
        masks = [sum(1 << bit for bit in set(side)) for side in sides]
        for side, mask in zip(sides, reversed(masks), strict=True):
            for bit in side:
                beside[bit] |= mask
    return dict(beside)


def _haplotypes(copy: Copy) -> frozenset[tuple[str, ...]]:
    if (count := prod(map(len, copy))) > HAPLOTYPE_LIMIT:
        raise ParseError(f"{count} haplotypes are too many to tell apart", expected=f"at most {HAPLOTYPE_LIMIT}")
    return frozenset(product(*copy))
