"""Alleles that the frequency table of a site calls rare: seldom right where a report states them for the first time."""

from collections.abc import Iterator

from pipeline.normalise.glstring import Tree, alternatives, leaves, text_of
from pipeline.normalise.nomenclature.frequencies import Frequencies
from pipeline.normalise.records import Flag


def rarity_flags(tree: Tree, frequencies: Frequencies) -> Iterator[Flag]:
    """A flag for every copy of which each alternative is rare, where no genotype is without such a copy."""
    for gene in alternatives(tree, "^"):
        found = [dict(_rare_copies(genotype, frequencies)) for genotype in alternatives(gene, "|")]
        if all(found):
            for copy, said in {copy: said for copies in found for copy, said in copies.items()}.items():
                yield Flag("rare_allele", copy, f"by the frequency table of this site it is {said}", "info")


def _rare_copies(genotype: Tree, frequencies: Frequencies) -> Iterator[tuple[str, str]]:
    for copy in alternatives(genotype, "+"):
        for allele in alternatives(copy, "~"):
            said = [frequencies.rarity(name) for name in leaves(allele)]
            if None not in said:
                yield text_of(allele), max(filter(None, said))
