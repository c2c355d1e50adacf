"""GL Strings reduced by the million: the same results as `reduction.py`, without a tree.

A registry repeats itself: the names of a release are few, and so are the lists that kits report. Three memories make
use of that, of names, of gene copies (`/` lists) and of short strings of one gene. A string is split at its operators,
its parts are looked up, and only what was never seen is worked out. A pair of two lists is put together each time it
comes: few come twice, and a memory that holds them all is too large to be quick.

Names are put in order by their places (`places.py`), whole numbers that compare as the names' sort keys do.

Whatever is not plain (an unknown name, phase, an abbreviation, white space, genes that contradict) raises `NotPlain`
and goes through the tree, which refuses or flags it. That both ways agree is a property in the tests.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from itertools import chain
from operator import itemgetter
from typing import TypeVar

from pipeline.normalise.flag_places import in_order, placed
from pipeline.normalise.genotypes import DRB345
from pipeline.normalise.glstring import LENGTH_LIMIT, LONGEST_NAME
from pipeline.normalise.nomenclature.names import LOCUS_ORDER, full_name, split_name
from pipeline.normalise.nomenclature.places import Places, gene_rank
from pipeline.normalise.nomenclature.release import Mode, Release, UnknownName
from pipeline.normalise.records import Flag
from pipeline.normalise.reduction import OUTPUT_LIMIT, Reduced, reduce_glstring
from pipeline.normalise.reduction_flags import notes

OPERATORS = str.maketrans("^|+", "///")
MEMORY = 100_000_000
"""Characters that one memory keeps, of what was written and what it gives, before it is emptied."""

SHORT = 50
"""Characters of a string that is remembered as a whole: pairs of names repeat themselves, those of lists rarely do."""

SPECIAL = -1
"""In place of a place: what is written reduces to several names, or there are notes. Lower than all places."""

Order = tuple[int, ...]
"""The places of the names of a copy."""

Copy = tuple[int, Order, str, str, bool]
"""A gene copy reduced: the place of its first name, those of all its names if there are several, its gene (a character
that compares as genes do), its text, whether there are notes. So copies compare as they stand in a genotype."""

Gene = tuple[str, str, bool]
"""Everything of one gene reduced: its gene, or those of DRB3, DRB4 and DRB5; its text; whether there are notes."""


Key = TypeVar("Key")
Value = TypeVar("Value")


class NotPlain(Exception):
    """This string has to go through the tree."""


GENES_OF_DRB345 = frozenset(chr(LOCUS_ORDER[gene]) for gene in DRB345)


class _Places(dict[str, int]):
    """The places of what written names reduce to, or SPECIAL."""

    def __init__(self, make: Callable[[str], int]) -> None:
        self.make = make

    def __missing__(self, written: str) -> int:
        found = self[written] = self.make(written)
        return found


class _Copies(dict[str, Copy]):
    """Reduced copies by what was written, emptied when there are too many."""

    def __init__(self, make: Callable[[str], Copy]) -> None:
        self.make = make
        self.size = 0

    def __missing__(self, written: str) -> Copy:
        found = self.make(written)
        taken = len(written) + len(found[3])
        self.size += taken
        if self.size > MEMORY:
            self.clear()
            self.size = taken
        self[written] = found
        return found


class _Outputs(dict[str, str]):
    """What strings reduce to; short ones of one gene are remembered until there are too many."""

    def __init__(self, make: Callable[[str], str]) -> None:
        self.make = make
        self.size = 0

    def __missing__(self, text: str) -> str:
        output = self.make(text)
        if len(text) <= SHORT and "^" not in text:
            taken = len(text) + len(output)
            self.size += taken
            if self.size > MEMORY:
                self.clear()
                self.size = taken
            self[text] = output
        return output


class Reducer:
    """Reduces GL Strings in one mode under one release."""

    def __init__(self, release: Release, mode: Mode) -> None:
        self.release = release
        self.mode: Mode = mode
        self._names: dict[int, str] = {}
        self._special: dict[str, Order] = {}
        self._notes: dict[str, tuple[Flag, ...]] = {}
        self._places_of = cache(lambda gene: Places(release.locus(gene)))
        self._places = _Places(self._place)
        self._copies = _Copies(self._copy)
        self._outputs = _Outputs(self.output)

    def reduce(self, text: str) -> Reduced:
        """The string reduced or refused, with its flags, as `reduce_glstring` gives it."""
        try:
            output, noted = self._whole(text)
        except NotPlain:
            return reduce_glstring(text, self.mode, self.release)
        return Reduced(text, output, self._flags(text) if noted else ())

    def output(self, text: str) -> str:
        """The string reduced; empty if it is refused."""
        try:
            if "+" in text and "^" not in text and "|" not in text and len(text) <= LENGTH_LIMIT:
                return self._pair(text)[1]
            return self._whole(text)[0]
        except NotPlain:
            return reduce_glstring(text, self.mode, self.release).output

    def outputs(self, texts: Iterable[str]) -> Iterator[str]:
        """Each string reduced, empty if it is refused, as quickly as those of one gene repeat themselves."""
        return map(self._outputs.__getitem__, texts)

    def table(self, names: Iterable[str]) -> dict[str, str]:
        """What each of these names reduces to, as a list in canonical order; those not understood are not in it."""
        found = {name: self.output(name) for name in names}
        return {name: output for name, output in found.items() if output}

    def _whole(self, text: str) -> tuple[str, bool]:
        if len(text) > LENGTH_LIMIT:
            raise NotPlain
        if "^" not in text:
            return self._gene(text)[1:]
        written = text.split("^")
        pairs = "|" not in text and text.count("+") == len(written)
        texts, noted = {}, False
        for gene, output, with_notes in map(self._pair if pairs else self._gene, written):
            texts[gene] = output
            noted = noted or with_notes
        if len(texts) < len(written) or len(set(named := "".join(texts))) < len(named):
            raise NotPlain
        if sum(map(len, texts.values())) > OUTPUT_LIMIT:
            raise NotPlain
        return "^".join([texts[gene] for gene in sorted(texts)]), noted

    def _gene(self, text: str) -> Gene:
        if "|" in text:
            return self._genotypes(text)
        return self._pair(text) if "+" in text else self._copies[text][2:]

    def _pair(self, text: str) -> Gene:
        written, _, other_written = text.partition("+")
        one, other = self._copies[written], self._copies[other_written]
        if other < one:
            one, other = other, one
        _, _, gene, output, noted = one
        _, _, other_gene, other_output, other_noted = other
        if gene != other_gene:
            gene = _same_place(gene + other_gene)
        return gene, f"{output}+{other_output}", noted or other_noted

    def _genotypes(self, text: str) -> Gene:
        written = dict.fromkeys(text.split("|"))
        genotypes = list(_within_limit(map(self._gene, written)))
        ordered = sorted({(self._order(each), output) for each, (_, output, _) in zip(written, genotypes, strict=True)})
        gene = _same_place("".join([gene for gene, _, _ in genotypes]))
        return gene, "|".join([output for _, output in ordered]), True in [noted for *_, noted in genotypes]

    def _order(self, genotype: str) -> Order:
        copies = sorted([self._copies[each] for each in genotype.split("+", 1)])
        return tuple(chain.from_iterable([order or (place,) for place, order, *_ in copies]))

    def _copy(self, text: str) -> Copy:
        written = text.split("/")
        order = sorted(set(_values(self._places, written)))
        special = order[0] == SPECIAL
        if special:
            order = sorted({place for name in written for place in self._special.get(name) or (self._places[name],)})
        rank = gene_rank(order[0])
        if rank != gene_rank(order[-1]):
            raise NotPlain
        noted = special and not self._notes.keys().isdisjoint(written)
        several = tuple(order) if len(order) > 1 else ()
        return order[0], several, chr(rank), "/".join(_values(self._names, order)), noted

    def _place(self, written: str) -> int:
        if len(written) > LONGEST_NAME:
            raise NotPlain
        gene, fields = split_name(written)
        name = full_name(gene, fields)
        if gene not in LOCUS_ORDER:  # Cw, whose names come out as those of C
            raise NotPlain
        try:
            found = {self._place_of(each): each for each in self.release.reduce(name, self.mode)}
        except UnknownName as error:
            raise NotPlain from error
        self._names |= found
        noted = notes(name, self.mode, self.release)
        if len(found) == 1 and not noted:
            return next(iter(found))
        self._special[written] = tuple(found)
        self._notes |= {written: noted} if noted else {}
        return SPECIAL

    def _place_of(self, name: str) -> int:
        gene, fields = split_name(name)
        place = self._places_of(gene).place(fields)
        if place is None:
            raise NotPlain
        return place

    def _flags(self, text: str) -> tuple[Flag, ...]:
        """The notes of the names in `text`, each with the first place of its name."""
        found: dict[Flag, Flag] = {}
        position = 1
        for written in text.translate(OPERATORS).split("/"):
            for flag in self._notes.get(written, ()):
                if flag not in found:
                    found[flag] = placed(flag, position)
            position += len(written) + 1
        return in_order(found.values())


def _values(table: dict[Key, Value], keys: Sequence[Key]) -> tuple[Value, ...]:
    """The values of these keys, quicker than one by one."""
    return itemgetter(*keys)(table) if len(keys) > 1 else (table[keys[0]],)


def _within_limit(genes: Iterable[Gene]) -> Iterator[Gene]:
    """These, while they come. Raises NotPlain as soon as their texts are longer than may be written."""
    size = 0
    for gene in genes:
        size += len(gene[1])
        if size > OUTPUT_LIMIT:
            raise NotPlain
        yield gene


def _same_place(genes: str) -> str:
    """The genes of copies that must be of the same place, once each. Raises NotPlain if they are not."""
    found = set(genes)
    if len(found) > 1 and not found <= GENES_OF_DRB345:
        raise NotPlain
    return "".join(sorted(found))
