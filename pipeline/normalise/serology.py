"""Whether the antigens that a report states by serology can be those of the alleles that it states by DNA.

An allele has the antigens that the release relates to it: unambiguous, possible, assumed, and those of experts. They
fit a stated antigen that is the same, one that it was split from or into, or one that it is associated with. The two
copies of a person answer for one stated antigen each, and either may be any of its alternatives.

Serology sees less than DNA: an antigen that is not stated contradicts nothing, nor does a second copy that is not
stated. An allele without a known antigen, unless it is null, leaves the whole comparison open, and so does anything
that stands among the antigens and is none.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import permutations

from parsers.glstring_code import BLANK
from parsers.records import LocusTyping
from pipeline.normalise.glstring import Tree, alternatives, leaves, read
from pipeline.normalise.nomenclature.locus import Locus
from pipeline.normalise.nomenclature.names import ANTIGEN, LETTERS, WORDS, split_name, suffix_of, word_of
from pipeline.normalise.nomenclature.release import Release
from pipeline.normalise.records import Flag, NormalLocus

METHOD = "SER"
LABELS = frozenset({"serology", "phenotype", "serologicalEquivalentCall"})
"""What formats call the antigens that stand beside the alleles of a locus."""
SEPARATORS = re.compile(r"[+\s,]+")
LONGEST = 500
"""Characters of a text of antigens."""

PUBLIC = "Bw"
"""Bw4 and Bw6 are carried by many antigens of B and A; no allele is told by them."""

Copy = frozenset[str] | None
"""The antigens that one copy may have; None if that is open."""
NOTHING: frozenset[str] = frozenset()
COPIES = 2
"""Of a gene in one person."""


def is_serologic(printed: LocusTyping) -> bool:
    """Whether a statement is made by serology only."""
    return printed.method == METHOD and not printed.expression


def is_by_serology(locus: NormalLocus) -> bool:
    """The same of a statement in registry language."""
    return locus.method == METHOD and not (locus.glstring or locus.expression)


def stated_antigens(loci: Iterable[LocusTyping]) -> dict[str, tuple[str, ...]]:
    """The antigens that a report states, by gene; a locus with anything among them that is none is left out."""
    found: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for each in loci:
        for text in _texts(each):
            for antigen in antigens_in(text, each.locus):
                found[split_name(antigen)[0]][antigen] = None
    return {gene: tuple(antigens) for gene, antigens in found.items()}


def _texts(printed: LocusTyping) -> Iterator[str]:
    if is_serologic(printed):
        yield printed.reported
    for each in printed.references:
        if each.label in LABELS:
            yield each.text


def antigens_in(text: str, locus: str) -> tuple[str, ...]:
    """The antigens in a text, `2+24` or `A2 A24(9)`, with their letters; none if one of them cannot be read."""
    return _antigens_in(text, locus) if len(text) <= LONGEST else ()


def antigens_told(text: str, locus: str) -> tuple[str, ...]:
    """The antigens of this locus in a text, each once, for serology does not see whether there are two of one."""
    return tuple(dict.fromkeys(each for each in antigens_in(text, locus) if split_name(each)[0] == locus))


@lru_cache(maxsize=10_000)
def _antigens_in(text: str, locus: str) -> tuple[str, ...]:
    parts = [part.partition("(")[0] for part in SEPARATORS.split(text.strip())]
    parts = [part for part in parts if not part.startswith(PUBLIC) and part.upper() != BLANK]
    named = [LETTERS.get(locus, "") + part if part.isdecimal() else part for part in parts]
    return tuple(named) if all(map(ANTIGEN.fullmatch, named)) else ()


def place_of_antigen(antigen: str, text: str, locus: str) -> int | None:
    """The character, from 1, at which an antigen, or the first of several joined by `+`, stands in a text."""
    first, letters = antigen.partition("+")[0], LETTERS.get(locus, "")
    found = re.search(rf"\b(?:{letters})?{first.removeprefix(letters)}\b", text)
    return found.start() + 1 if found else None


class Serology:
    """Compares antigens with alleles under one release; remembers what it has compared, for registries repeat it."""

    def __init__(self, release: Release) -> None:
        self._release = release
        self.contradicts = lru_cache(maxsize=100_000)(self._contradicts)

    def oddities(self, antigens: Iterable[str]) -> Iterator[Flag]:
        """What is odd about antigens by themselves: unknown ones, and more of a gene than one person has."""
        told: defaultdict[str, list[str]] = defaultdict(list)
        for antigen in antigens:
            gene = split_name(antigen)[0]
            locus = self._release.locus(gene)
            told[gene].append(antigen)
            if locus.names.antigens and not _is_known(locus, antigen):
                message = f"release {self._release.version} relates no allele to this antigen"
                yield Flag("unknown_antigen", antigen, message)
        for gene, stated in told.items():
            if len(narrow := _narrowest(self._release.locus(gene), stated)) > COPIES:
                message = f"{len(narrow)} antigens of {gene} are stated; one person has two"
                yield Flag("more_than_two_copies", "+".join(narrow), message)

    def can_be(self, gene: str, antigens: tuple[str, ...], glstring: str | None) -> bool | None:
        """Whether these antigens can be those of a GL String; None if they cannot be judged."""
        if self.contradicts(gene, antigens, glstring):
            return False
        return True if self._judged(gene, antigens) else None

    def can_be_antigens(self, gene: str, antigens: tuple[str, ...], others: tuple[str, ...]) -> bool | None:
        """Whether these antigens and those of another typing can be of one person; None if they cannot be judged."""
        told, theirs = self._judged(gene, antigens), self._judged(gene, others)
        if not (told and theirs):
            return None
        copies: list[Copy] = [frozenset({each}) for each in theirs]
        return _fit(self._release.locus(gene), told, [*copies, None][:COPIES])

    def _judged(self, gene: str, antigens: tuple[str, ...]) -> list[str]:
        """The antigens, each of a copy of its own; none if the release does not know them all, or they are too many."""
        locus = self._release.locus(gene)
        told = _narrowest(locus, list(antigens)) if all(_is_known(locus, each) for each in antigens) else []
        return told if len(told) <= COPIES else []

    def _contradicts(self, gene: str, antigens: tuple[str, ...], glstring: str | None) -> bool:
        """Whether no genotype of a GL String can have these antigens; without one, the gene is known to be absent."""
        locus = self._release.locus(gene)
        told = _narrowest(locus, [each for each in antigens if _is_known(locus, each)])
        if not told or len(told) > COPIES:
            return False
        return not any(_fit(locus, told, copies) for copies in self._genotypes(glstring))

    def _genotypes(self, glstring: str | None) -> list[list[Copy]]:
        if glstring is None:
            return [[NOTHING, NOTHING]]
        tree = read(glstring).tree
        if {"^", "~", "?"} & set(glstring):
            return [[None, None]]
        return [self._copies(genotype) for genotype in alternatives(tree, "|")]

    def _copies(self, genotype: Tree) -> list[Copy]:
        copies = [self._antigens_of(copy) for copy in alternatives(genotype, "+")]
        return copies if len(copies) > 1 else [*copies, None]

    def _antigens_of(self, copy: Tree) -> Copy:
        found: set[str] = set()
        for name in leaves(copy):
            related = self._related(name)
            if related is None:
                return None
            found |= related
        return frozenset(found)

    def _related(self, name: str) -> Copy:
        """The antigens of one name; none for a null allele; open where the release knows none of an expressed one."""
        word = word_of(split_name(name)[1])
        if word in WORDS:
            return NOTHING if word == "NNNN" else None
        members = [(locus, each) for locus, fields in self._release.parts(name) for each in locus.expressed(fields)]
        if any(not locus.all_antigens(each) and not suffix_of(each) for locus, each in members):
            return None
        found = frozenset(antigen for locus, each in members for antigen in locus.all_antigens(each))
        null = bool(members) and all(suffix_of(each) == "N" for _, each in members)
        return found if found or null else None


def _is_known(locus: Locus, antigen: str) -> bool:
    """Whether the release relates anything to an antigen."""
    return bool(locus.members(antigen) or _wider(locus, antigen) - {antigen} or antigen in locus.names.associated)


def _narrowest(locus: Locus, antigens: list[str]) -> list[str]:
    """The antigens without those that another of them was split from: `A9+A24` states one."""
    return [each for each in antigens if not any(each in _wider(locus, other) - {other} for other in antigens)]


def _fit(locus: Locus, antigens: list[str], copies: list[Copy]) -> bool:
    """Whether each antigen can be that of a copy of its own."""
    return any(
        all(_has(locus, copy, antigen) for antigen, copy in zip(antigens, chosen, strict=True))
        for chosen in permutations(copies, len(antigens))
    )


def _has(locus: Locus, copy: Copy, antigen: str) -> bool:
    return copy is None or any(_same(locus, antigen, each) for each in copy)


def _same(locus: Locus, stated: str, antigen: str) -> bool:
    return stated in _wider(locus, antigen) or antigen in _wider(locus, stated)


def _wider(locus: Locus, antigen: str) -> set[str]:
    """An antigen, those that it was split from or is associated with, and theirs."""
    parents = {*locus.broads.get(antigen, ()), *locus.associates.get(antigen, ())}
    return {antigen}.union(*(_wider(locus, each) for each in parents))
