"""What a typing in phase says of each of its genes.

A haplotype (`~`) carries one allele of each of its genes, so that the two of a person say of every gene what its copies
are: `A*01:01~B*08:01+A*02:01~B*07:02` says `A*01:01+A*02:01` of A. Alternatives (`|`) are cut one by one. A gene that
lies on one of the two haplotypes only, as DRB3 beside one DRB1, has one copy stated.
"""

from collections.abc import Collection

from pipeline.normalise.genotypes import genes
from pipeline.normalise.glstring import Tree, alternatives, canonical, read, text_of
from pipeline.normalise.nomenclature.names import LOCUS_ORDER


def genes_told(locus: str, glstring: str | None) -> tuple[str, ...]:
    """The loci that a statement speaks of: in phase, every gene that each of its genotypes names."""
    if not glstring or "~" not in glstring:
        return tuple(locus.split("~"))
    told = frozenset.intersection(*map(genes, alternatives(read(glstring).tree, "|")))
    return tuple(sorted(told, key=lambda gene: LOCUS_ORDER.get(gene, len(LOCUS_ORDER))))


def cut(glstring: str, kept: Collection[str]) -> str:
    """What a GL String says of these genes, which it names, and of no other."""
    tree = _cut(read(glstring).tree, kept)
    return text_of(canonical(tree)) if tree else ""


def _cut(tree: Tree, kept: Collection[str]) -> Tree | None:
    if isinstance(tree, str) or tree[0] == "/":
        return tree if genes(tree).issubset(kept) else None
    members = tuple(member for each in tree[1] if (member := _cut(each, kept)))
    return (tree[0], members) if members else None
