"""GL Strings reduced by the million: the same results as `reduction.py`, without a tree.

A registry repeats itself: the names of a release are few, and so are the lists that kits report. Three memories make
use of that, of names, of gene copies (`/` lists) and of short strings of one gene. A string is split at its operators,
its parts are looked up, and only what was never seen is worked out. A pair of two lists is put together each time it
comes: few come twice, and a memory that holds them all is too large to be quick.

Names are put in order by **order texts**: a name's sort key written as characters that compare as the key does, so that
the order of names is the order of plain strings. The order text of a list is that of its names, joined by a character
lower than all others.

Whatever is not plain (an unknown name, phase, an abbreviation, white space, genes that contradict) raises `NotPlain`
and goes through the tree, which refuses or flags it. That both ways agree is a property in the tests.
"""

import sys
from collections.abc import Callable, Iterable, Iterator

from pipeline.normalise.genotypes import DRB345
from pipeline.normalise.glstring import LENGTH_LIMIT
from pipeline.normalise.nomenclature.names import LOCUS_ORDER, full_name, sort_key, split_name
from pipeline.normalise.nomenclature.release import Mode, Release, UnknownName
from pipeline.normalise.records import Flag
from pipeline.normalise.reduction import OUTPUT_LIMIT, Reduced, in_order, placed, reduce_glstring
from pipeline.normalise.reduction_flags import notes

BETWEEN_NAMES = "\x00"
END_OF_FIELDS = "\x01"
NO_NUMBER = "\xff"
FIRST_GENE = 0x20
FIRST_DIGIT = 0x40
OPERATORS = str.maketrans("^|+", "///")
MEMORY = 100_000_000
"""Characters of results that one memory keeps before it is emptied."""

SHORT = 50
"""Characters of a string that is remembered as a whole: pairs of names repeat themselves, those of lists rarely do."""

Copy = tuple[str, str, str, bool]
"""A gene copy reduced: its order text, its text, its gene (the character of order texts), whether there are notes."""

Gene = tuple[str, str, bool]
"""Everything of one gene reduced: its gene, or those of DRB3, DRB4 and DRB5; its text; whether there are notes."""


class NotPlain(Exception):
    """This string has to go through the tree."""


def order_text(name: str) -> str:
    """The sort key of a name as text. Raises NotPlain for a gene without a place in config/codes/loci.csv."""
    rank, locus, fields, suffix = sort_key(name)
    if locus not in LOCUS_ORDER:
        raise NotPlain
    numbered = (
        _digits(number) if kind == 0 else f"{NO_NUMBER}{_digits(number)}{text}{END_OF_FIELDS}"
        for kind, number, text in fields
    )
    return f"{chr(FIRST_GENE + rank)}{''.join(numbered)}{END_OF_FIELDS}{suffix}"


def _digits(number: int) -> str:
    high, low = divmod(number, 100)
    if high > 99:
        raise NotPlain
    return chr(FIRST_DIGIT + high) + chr(FIRST_DIGIT + low)


PLACE_OF_DRB345 = frozenset(chr(FIRST_GENE + LOCUS_ORDER[gene]) for gene in DRB345)


class _OrderTexts(dict[str, str]):
    """The order texts of what a written name reduces to."""

    def __init__(self, make: Callable[[str], str]) -> None:
        self.make = make

    def __missing__(self, written: str) -> str:
        found = self[written] = self.make(written)
        return found


class _Copies(dict[str, Copy]):
    """Reduced copies by what was written, emptied when there are too many."""

    def __init__(self, make: Callable[[str], Copy]) -> None:
        self.make = make
        self.size = 0

    def __missing__(self, written: str) -> Copy:
        found = self.make(written)
        self.size += len(found[1])
        if self.size > MEMORY:
            self.clear()
            self.size = len(found[1])
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
            self.size += len(output)
            if self.size > MEMORY:
                self.clear()
                self.size = len(output)
            self[text] = output
        return output


class Reducer:
    """Reduces GL Strings in one mode under one release."""

    def __init__(self, release: Release, mode: Mode) -> None:
        self.release = release
        self.mode: Mode = mode
        self._names: dict[str, str] = {}
        self._notes: dict[str, tuple[Flag, ...]] = {}
        self._orders = _OrderTexts(self._order_of)
        self._copies = _Copies(self._copy)
        self._outputs = _Outputs(self.output)

    def reduce(self, text: str) -> Reduced:
        """The string reduced or refused, with its flags, as `reduce_glstring` gives it."""
        try:
            _, output, noted = self._whole(text)
        except NotPlain:
            return reduce_glstring(text, self.mode, self.release)
        return Reduced(text, output, self._flags(text) if noted else ())

    def output(self, text: str) -> str:
        """The string reduced; empty if it is refused."""
        try:
            return self._whole(text)[1]
        except NotPlain:
            return reduce_glstring(text, self.mode, self.release).output

    def outputs(self, texts: Iterable[str]) -> Iterator[str]:
        """Each string reduced, empty if it is refused, as quickly as those of one gene repeat themselves."""
        return map(self._outputs.__getitem__, texts)

    def table(self, names: Iterable[str]) -> dict[str, str]:
        """What each of these names reduces to, as a list in canonical order; those not understood are not in it."""
        found = {name: self.output(name) for name in names}
        return {name: output for name, output in found.items() if output}

    def _whole(self, text: str) -> Gene:
        if len(text) > LENGTH_LIMIT:
            raise NotPlain
        if "^" not in text:
            return self._gene(text)
        parts = sorted(map(self._gene, text.split("^")))
        named = "".join([part[0] for part in parts])
        if len(set(named)) < len(named):
            raise NotPlain
        return named, _joined("^", [part[1] for part in parts]), True in [part[2] for part in parts]

    def _gene(self, text: str) -> Gene:
        if "|" in text:
            return self._genotypes(text)
        written, plus, other_written = text.partition("+")
        one = self._copies[written]
        if not plus:
            return one[2], one[1], one[3]
        other = self._copies[other_written]
        gene = one[2] if one[2] == other[2] else _same_place(one[2] + other[2])
        if other[0] < one[0]:
            return gene, f"{other[1]}+{one[1]}", one[3] or other[3]
        return gene, f"{one[1]}+{other[1]}", one[3] or other[3]

    def _genotypes(self, text: str) -> Gene:
        found = [self._genotype(each) for each in text.split("|")]
        ordered = sorted({genotype[:2] for genotype in found})
        gene = _same_place("".join(genotype[2] for genotype in found))
        return gene, _joined("|", [output for _, output in ordered]), True in [genotype[3] for genotype in found]

    def _genotype(self, text: str) -> Copy:
        copies = sorted([self._copies[each] for each in text.split("+", 1)])
        gene = _same_place("".join(copy[2] for copy in copies))
        order = BETWEEN_NAMES.join([copy[0] for copy in copies])
        return order, "+".join([copy[1] for copy in copies]), gene, True in [copy[3] for copy in copies]

    def _copy(self, text: str) -> Copy:
        written = text.split("/")
        found = sorted(set(map(self._orders.__getitem__, written)))
        order = BETWEEN_NAMES.join(found)
        if order.count(BETWEEN_NAMES) >= len(found):  # one of them is a list itself
            found = sorted(set(order.split(BETWEEN_NAMES)))
            order = BETWEEN_NAMES.join(found)
        if found[0][0] != found[-1][0]:
            raise NotPlain
        noted = not self._notes.keys().isdisjoint(written)
        return order, "/".join(map(self._names.__getitem__, found)), order[0], noted

    def _order_of(self, written: str) -> str:
        gene, fields = split_name(written)
        name = full_name(gene, fields)
        try:
            found = self.release.reduce(name, self.mode)
        except UnknownName as error:
            raise NotPlain from error
        if gene not in LOCUS_ORDER:  # Cw, whose names come out as those of C
            raise NotPlain
        orders = {sys.intern(order_text(each)): each for each in found}
        if any(self._names.setdefault(order, each) != each for order, each in orders.items()) or len(orders) < len(
            found
        ):
            raise NotPlain
        if noted := notes(name, self.mode, self.release):
            self._notes[written] = noted
        return orders.popitem()[0] if len(orders) == 1 else BETWEEN_NAMES.join(sorted(orders))

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


def _joined(operator: str, texts: list[str]) -> str:
    """Texts joined. Raises NotPlain if they are longer than may be written."""
    if sum(map(len, texts)) > OUTPUT_LIMIT:
        raise NotPlain
    return operator.join(texts)


def _same_place(genes: str) -> str:
    """The genes of copies that must be of the same place, once each. Raises NotPlain if they are not."""
    found = set(genes)
    if len(found) > 1 and not found <= PLACE_OF_DRB345:
        raise NotPlain
    return "".join(sorted(found))
