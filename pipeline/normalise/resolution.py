"""How closely a typing names what it found: one protein at every copy, first fields only, or something between."""

from functools import lru_cache
from typing import Literal

from pipeline.normalise.glstring import Tree, alternatives, leaves, text_of
from pipeline.normalise.nomenclature.names import WORDS, split_name, word_of
from pipeline.normalise.nomenclature.release import Release

Resolution = Literal["high", "generic", "low"]

ABSENT = "NNNN"
NAMES_REMEMBERED = 100_000


def resolution_of(tree: Tree, release: Release) -> Resolution:
    """`high`: at every copy one protein only, named by two fields or more; `low`: first fields only; else `generic`."""
    wide = [_is_wide(name) for name in leaves(tree) if is_named(name)]
    if any(wide) or not wide:
        return "low" if wide and all(wide) else "generic"
    return "high" if all(_is_settled(gene, release) for gene in alternatives(tree, "^")) else "generic"


@lru_cache(maxsize=NAMES_REMEMBERED)
def is_named(name: str) -> bool:
    """Whether a name says anything of an allele; the words in place of one do not."""
    return word_of(split_name(name)[1]) not in WORDS


@lru_cache(maxsize=NAMES_REMEMBERED)
def _is_wide(name: str) -> bool:
    """Whether a name has a first field only."""
    fields = split_name(name)[1]
    return ":" not in fields or fields.endswith(":XX")


def _is_settled(gene: Tree, release: Release) -> bool:
    genotypes = {_proteins(genotype, release) for genotype in alternatives(gene, "|")}
    return len(genotypes) == 1 and None not in genotypes


def _proteins(genotype: Tree, release: Release) -> tuple[str, ...] | None:
    """The one protein of each copy, sorted; None if a copy may be more than one protein."""
    found: list[str] = []
    for copy in alternatives(genotype, "+"):
        for allele in alternatives(copy, "~"):
            groups = release.match_groups(text_of(allele))
            if len(groups) > 1 or any(map(_is_open, leaves(allele))):
                return None
            found.extend(groups)
    return tuple(sorted(found))


def _is_open(name: str) -> bool:
    """Whether a word stands in place of an allele that may be any."""
    word = word_of(split_name(name)[1])
    return word in WORDS and word != ABSENT
