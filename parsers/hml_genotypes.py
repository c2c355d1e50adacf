"""The genotype-list of an HML message as a GL String.

    genotype-list @locus @db @version
      diploid-combination+ @locus     alternative genotypes, |
        locus-block+                  the copies of one genotype, +
          allele-list+                linked genes of one copy, ~
            allele+ @present          alternative alleles, /

An allele that was tested and is not there (`present="N"`) is counted. Combinations that name different loci stand for
different loci, not for alternatives: they are joined by `^`.
"""

from lxml import etree

from parsers.name_blanks import closed_up
from parsers.xml_walk import LOCAL_NAMES, NONE, Fields, Walk

LIST_FIELDS = frozenset({"locus", "db", "version"})
COMBINATION_FIELDS = frozenset({"locus"})
PRESENT = frozenset({"present"})
LEVELS = (("locus-block", "+"), ("allele-list", "~"), ("allele", "/"))


def genotype_list(walk: Walk, element: etree._Element, path: str) -> tuple[str, Fields]:
    """The GL String of a genotype-list, and what gives the list's own attributes."""
    own = walk.fields(element, path, LIST_FIELDS)
    below = f"{path}/diploid-combination"
    genotypes: dict[str, list[str]] = {}
    for child in walk.children(element, path):
        name = LOCAL_NAMES[child.tag]
        if name == "diploid-combination":
            field = walk.fields(child, below, COMBINATION_FIELDS)
            locus = field("locus", "") or own("locus", "")
            genotypes.setdefault(locus, []).append(_joined(walk, child, below, locus))
        else:
            walk.leave(child, path)
    return "^".join("|".join(alternatives) for alternatives in genotypes.values()), own


def _joined(walk: Walk, element: etree._Element, path: str, locus: str, depth: int = 0) -> str:
    """A part of a combination, what is in it joined by the operator of its level."""
    level, operator = LEVELS[depth]
    below, parts = f"{path}/{level}", []
    for child in walk.children(element, path):
        name = LOCAL_NAMES[child.tag]
        if name != level or child.get("present", "Y") != "Y":
            walk.leave(child, path)
            continue
        walk.fields(child, below, PRESENT if level == "allele" else NONE)
        if level == "allele":
            parts.append(_named(closed_up(walk.text(child, below)), locus))
        else:
            parts.append(_joined(walk, child, below, locus, depth + 1))
    return operator.join(parts)


def _named(allele: str, locus: str) -> str:
    """The allele with its gene in front, unless it brings one or nobody names one."""
    return f"{locus}*{allele}" if allele and locus and "*" not in allele else allele
