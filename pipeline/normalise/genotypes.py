"""What a GL String can say of one person, whatever names stand in it.

The operators put alleles together that belong together: the alternatives of one allele are of one gene; the two copies
are copies of the same genes, and so are alternative genotypes; a haplotype carries each gene once, and `^` joins
different genes. DRB3, DRB4 and DRB5 are alleles of one place beside DRB1: one haplotype may carry DRB3 and the other
DRB4, or none of them.
"""

from collections.abc import Iterator

from pipeline.normalise.glstring import Tree, leaves, text_of
from pipeline.normalise.nomenclature.names import split_name
from pipeline.normalise.records import Flag

DRB345 = frozenset({"DRB3", "DRB4", "DRB5", "DRBX"})
MEANINGS = {
    "/": "alternatives of one allele have to be of one gene",
    "~": "one haplotype carries each gene once",
    "+": "the two copies have to be of the same genes",
    "|": "alternative genotypes have to be of the same genes",
    "^": "what stands on either side of ^ has to be of different genes",
}


def genotype_flags(tree: Tree) -> Iterator[Flag]:
    """What cannot be, or can hardly be, the genotype of one person: mixed or repeated genes, more than two copies."""
    text = text_of(tree)
    if "~" in text or "^" in text or len(genes(tree)) > 1:
        yield from _gene_flags(tree)
    yield from _copies_flags(tree)


def _gene_flags(tree: Tree) -> Iterator[Flag]:
    if isinstance(tree, str):
        return
    operator, members = tree
    if operator in MEANINGS and not _agree(operator, [genes(member) for member in members]):
        yield Flag("genes_contradict", text_of(tree), MEANINGS[operator], "error")
    for member in members:
        yield from _gene_flags(member)


def _copies_flags(tree: Tree) -> Iterator[Flag]:
    if isinstance(tree, str):
        return
    operator, members = tree
    if operator == "+" and len(members) > 2:
        yield Flag("more_than_two_copies", text_of(tree), f"{len(members)} copies are stated; one person has two")
    elif operator != "/":
        for member in members:
            yield from _copies_flags(member)


def genes(tree: Tree) -> frozenset[str]:
    """The genes named, each once."""
    return frozenset([split_name(name)[0] for name in leaves(tree)])


def _agree(operator: str, named: list[frozenset[str]]) -> bool:
    if operator in "~^":
        return sum(map(len, named)) == len(frozenset().union(*named))
    return len(set(named if operator == "/" else map(_places, named))) == 1


def _places(named: frozenset[str]) -> frozenset[str]:
    """The genes with DRB3, DRB4, DRB5 and DRBX as one, which beside DRB1 need not be there."""
    others = named - DRB345
    return others if others == named or "DRB1" in others else others | {"DRB345"}


def haplotypes(tree: Tree) -> Iterator[frozenset[str]]:
    """The genes of every haplotype that is written over several genes."""
    if isinstance(tree, str):
        return
    if tree[0] == "~":
        yield genes(tree)
    else:
        for member in tree[1]:
            yield from haplotypes(member)
