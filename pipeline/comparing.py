"""Two files or receipts held against each other: the same people, from two laboratories, releases or days.

A person is known by a GRID, else by the number of the subject or of the sample; where the two sides number differently,
an id map says which number of the one is which of the other. Two GRIDs are two persons, whatever else they share, and
so are two numbers of the subject unless the id map joins them. Every typing of a person is held against every one of
the other side, so that a repeated locus is not passed over, and a side may state a person's loci in several typings.
"""

import csv
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Literal, NamedTuple

from parsers.errors import ParseError
from parsers.tables import separator_of
from parsers.text_encoding import decoded
from pipeline.errors import ConfigError
from pipeline.normalise.comparison import Comparison, Stated, Verdict
from pipeline.normalise.consistency import UNSAID
from pipeline.normalise.identifiers import read_identifier
from pipeline.normalise.phase import cut
from pipeline.normalise.records import NormalLocus, NormalTyping
from pipeline.normalise.serology import antigens_told, is_by_serology


class Row(NamedTuple):
    """What the two sides say of one locus of one person; `fields` is how many fields agree, None where it says nothing.

    What is said of a gene of haplotypes is told by itself, and under their genes joined by `~` whether both sides have
    them in one phase. An empty locus stands for all of a person's: the other side has no typing of that person.
    """

    sample_a: str
    sample_b: str
    locus: str
    verdict: Verdict | Literal["only_a", "only_b"]
    fields: int | None
    a: str
    b: str


def read_id_map(raw: bytes) -> dict[str, str]:
    """An id of A and the id of B for the same person in each line, with a comma, semicolon or tab between.

    A GRID may be printed in groups there as elsewhere. Raises ConfigError.
    """
    found: dict[str, str] = {}
    for number, line in enumerate(_id_map_text(raw).splitlines(), start=1):
        cells = _id_map_cells(line)
        if not any(cells):
            continue
        if len(cells) != 2 or not all(cells) or found.get(cells[0], cells[1]) != cells[1]:
            raise ConfigError(
                "expected one id of A and one of B, and each id of A once: ID_OF_A,ID_OF_B",
                f"the id map, line {number}",
            )
        found[cells[0]] = cells[1]
    return found


def _id_map_cells(line: str) -> list[str]:
    """The ids in a line, in their canonical form."""
    cells = next(csv.reader([line], delimiter=separator_of(line)), [])
    return [read_identifier(cell).value for cell in cells]


def _id_map_text(raw: bytes) -> str:
    try:
        return decoded(raw)
    except ParseError as error:
        raise ConfigError(f"{error.message}; expected {error.expected}", f"the id map, {error.where}") from None


def unmet(a: list[NormalTyping], b: list[NormalTyping], ids: Mapping[str, str]) -> int:
    """How many lines of an id map name somebody who is not on both sides: one of them may be misspelt."""
    names_of_a, names_of_b = ({name for typing in side for name in _names(typing)} for side in (a, b))
    return sum(one not in names_of_a or other not in names_of_b for one, other in ids.items())


def compared(
    a: list[NormalTyping], b: list[NormalTyping], ids: Mapping[str, str], comparison: Comparison
) -> Iterator[Row]:
    """What A and B say of every locus of every person, in the order of A, then what only B has.

    A number of B that the id map gives to somebody is nobody else's, though it may be another person's number in A.
    """
    by_name = _by_name(b)
    given = set(ids.values())
    met = defaultdict[int, list[NormalTyping]](list)
    for typing in a:
        names = [ids.get(name, name) for name in _names(typing) if name in ids or name not in given]
        places = dict.fromkeys(place for name in names for place in by_name[name])
        found = [place for place in places if _may_be_one(typing, b[place], ids)]
        for place in found:
            met[place].append(typing)
        yield from _beside(typing, [b[place] for place in found], comparison)
    for place, typing in enumerate(b):
        yield from _only_b(typing, met[place])


def _may_be_one(a: NormalTyping, b: NormalTyping, ids: Mapping[str, str]) -> bool:
    """Whether nothing says that two typings that have a number in common, or by the id map, are of two persons."""
    grid, other_grid = _grid(a), _grid(b)
    if grid and other_grid:
        return ids.get(grid, grid) == other_grid
    joined = {ids[name] for name in _names(a) if name in ids}
    number, other_number = _number(a), _number(b)
    return bool(joined.intersection(_names(b))) or not (number and other_number) or number == other_number


def _grid(typing: NormalTyping) -> str:
    return next((each.value for each in (typing.subject, typing.sample) if each and each.scheme == "GRID"), "")


def _number(typing: NormalTyping) -> str:
    """A number of the person that is no GRID."""
    return typing.subject.value if typing.subject and typing.subject.scheme != "GRID" else ""


def _by_name(typings: list[NormalTyping]) -> defaultdict[str, list[int]]:
    found: defaultdict[str, list[int]] = defaultdict(list)
    for place, typing in enumerate(typings):
        for name in _names(typing):
            found[name].append(place)
    return found


def _names(typing: NormalTyping) -> Iterable[str]:
    named = (typing.subject, typing.sample)
    return dict.fromkeys(each.value for each in named if each and each.value)


def _shown(typing: NormalTyping) -> str:
    return typing.sample.value or (typing.subject.value if typing.subject else "")


def _beside(a: NormalTyping, found: list[NormalTyping], comparison: Comparison) -> Iterator[Row]:
    """Every locus of a typing of A against every statement of it in that person's typings of B."""
    if not found:
        yield Row(_shown(a), "", "", "only_a", None, "", "")
        return
    for b in found:
        yield from _loci(a, b, comparison)
    for locus, text in _beyond(a, found):
        yield Row(_shown(a), _shown(found[0]), locus, "only_a", None, text, "")


def _only_b(b: NormalTyping, met: list[NormalTyping]) -> Iterator[Row]:
    """What a typing of B says and none of that person's typings of A."""
    if not met:
        yield Row("", _shown(b), "", "only_b", None, "", "")
        return
    for locus, text in _beyond(b, met):
        yield Row(_shown(met[0]), _shown(b), locus, "only_b", None, "", text)


def _beyond(typing: NormalTyping, others: list[NormalTyping]) -> Iterator[tuple[str, str]]:
    """The loci that no other speaks of, and what is said of them; all genes of a statement in phase as one."""
    typed = {locus for other in others for each in other.loci for locus in _stated(each).loci}
    for one in typing.loci:
        loci = _stated(one).loci
        if typed.isdisjoint(loci):
            yield one.locus, _text(one)
        else:
            yield from ((locus, _text(one, locus)) for locus in loci if locus not in typed)


def _loci(a: NormalTyping, b: NormalTyping, comparison: Comparison) -> Iterator[Row]:
    """Every statement of A against every statement of B about the same locus, a gene of a haplotype being one."""
    by_locus = defaultdict[str, list[NormalLocus]](list)
    for each in b.loci:
        for locus in _stated(each).loci:
            by_locus[locus].append(each)
    for one in a.loci:
        met = {id(other): other for locus in _stated(one).loci for other in by_locus.get(locus, ())}
        for other in met.values():
            for locus, found in comparison.by_locus(_stated(one), _stated(other)):
                says_nothing = found.verdict == "unread" or is_by_serology(one) or is_by_serology(other)
                fields = None if says_nothing else found.fields
                yield Row(_shown(a), _shown(b), locus, found.verdict, fields, _text(one, locus), _text(other, locus))


def _stated(locus: NormalLocus) -> Stated:
    antigens = antigens_told(locus.reported, locus.locus) if is_by_serology(locus) else ()
    return Stated(locus.state, locus.glstring, locus.locus, antigens)


def _text(one: NormalLocus, locus: str = "") -> str:
    """What is said of a locus, or of one gene of a haplotype, or of these in phase."""
    if one.glstring:
        return cut(one.glstring, locus.split("~")) if locus and "~" in one.glstring else one.glstring
    return one.state if one.state in UNSAID or not one.reported else one.reported
