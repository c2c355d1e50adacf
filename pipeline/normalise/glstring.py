"""GL Strings: reading, and one canonical spelling.

Operators from loosest to tightest (Milius 2013, doi:10.1111/tan.12150; 1.1: Mack 2023, doi:10.1111/tan.15126):

    ?   possible genes            ^   genes              |   possible genotypes
    +   gene copies               ~   same haplotype     /   possible alleles

A GL String Code wraps a string in its namespace and release: `hla#3.58.0#HLA-A*01:01+HLA-A*02:01`. Other namespaces
(`kir`) name other things by the same words and are not read.

The string is split operator by operator, so reading takes time in proportion to its length. Nothing is dropped: an
empty member (`A*01:01+`) is an error, not a shorter genotype. Nothing is guessed: a name may leave out its gene, but
nobody can say whether `DPB1*04:01/02` means DPB1*04:02 or DPB1*02, nor whether `A2 4` is A24 or lacks an operator.

In the canonical spelling every allele carries its gene, and its prefix if the gene has one; genes stand in the order of
config/codes/loci.csv, names by their fields as numbers; alternatives (`/`, `|`, `?`) are sorted and stand once; copies
(`+`) are sorted and all kept; phased alleles (`~`) keep their order.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any, cast

import msgspec

from parsers.errors import ParseError
from pipeline.normalise.nomenclature.names import ANTIGEN, WORDS, SortKey, full_name, sort_key, split_name

OPERATORS = "?^|+~/"
BETWEEN_NAMES = re.compile(r"[?^|+~/]")
ALTERNATIVES = "?|/"
LENGTH_LIMIT = 1_000_000
LONGEST_NAME = 64
"""Characters; names are remembered in many places, and one of a million must not be."""

NAMESPACE = "hla"
TOKEN_CHARACTERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789:*-")
INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff"
BLANK_IN_NAME = "white space stands within a name, or two names stand with a blank between them"
BROKEN_NAME = re.compile(rf"(?<=[0-9A-Za-z])[{INVISIBLE}]*\s[\s{INVISIBLE}]*(?=[0-9A-Za-z])")

Tree = str | tuple[str, tuple[Any, ...]]
"""A name, or an operator with its members, which are trees."""


class GLStringError(ParseError):
    """This is no GL String; `position` is the character at which it ceases to be one, counted from 1."""

    position: int | None = None


class AmbiguousAbbreviation(GLStringError):
    """One field alone follows a name of several fields in a `/` list: it may stand for the first field or the last."""


class GLString(msgspec.Struct, frozen=True):
    """A GL String that has been read: its tree and text in canonical order, namespace and release if it was a GLSC.

    `places` gives the first character of every name in the text as it was written, counted from 1, in that order;
    `release_place` that of the release.
    """

    tree: Tree
    text: str
    namespace: str = ""
    release: str = ""
    places: dict[str, int] = {}
    release_place: int | None = None

    def __str__(self) -> str:
        return self.text

    @property
    def names(self) -> list[str]:
        """Every name, in the order of the canonical string, repeated as often as it stands there."""
        return BETWEEN_NAMES.split(self.text)

    def place_of(self, token: str) -> int | None:
        """The first character of a name, of the first of several, or of the release, in the text as it was written."""
        if token and token == self.release:
            return self.release_place
        return min((self.places[name] for name in BETWEEN_NAMES.split(token) if name in self.places), default=None)

    def renamed(self, replacement: Callable[[str], frozenset[str]]) -> "GLString":
        """The same with every name replaced by alternatives, which stand where it stood."""
        tree = replace_names(self.tree, replacement)
        places: dict[str, int] = {}
        for name, place in self.places.items():
            places |= {new: place for new in replacement(name) if new not in places}
        return msgspec.structs.replace(self, tree=tree, text=text_of(tree), places=places)

    @property
    def loci(self) -> tuple[str, ...]:
        """The genes named, each once, in the order of the canonical string."""
        return tuple(dict.fromkeys(split_name(name)[0] for name in self.names))


def read(text: str, locus: str = "") -> GLString:
    """The GL String or GL String Code in `text`; `locus` is the gene of names that have none before them.

    White space and invisible characters beside operators and punctuation are left out first; what a GLStringError says
    in words counts what remains, from 1, its `position` the text as it was written.
    """
    if len(text) > LENGTH_LIMIT:
        raise GLStringError(f"this GL String has {len(text)} characters", expected=f"at most {LENGTH_LIMIT}")
    kept = places = _kept(text)
    reader = _Reader(locus)
    try:
        namespace, release, body = _unwrap(text if len(kept) == len(text) else "".join(text[at - 1] for at in kept))
        places, release_place = kept[len(kept) - len(body) :], kept[len(namespace) + 1] if namespace else None
        _, written, tree = _ordered(reader.read(body, 0, 0))
    except GLStringError as error:
        error.position = [*places, len(text) + 1][error.position or 0]
        raise
    places_of_names = {name: places[place] for name, place in reader.places.items()}
    return GLString(tree, written, namespace, release, places_of_names, release_place)


def _kept(text: str) -> Sequence[int]:
    """The places, from 1, of the characters that are neither white space nor invisible."""
    if text.isascii() and text.split() == [text]:
        return range(1, len(text) + 1)
    if broken := BROKEN_NAME.search(text):
        raise _broken(text, broken.start(), broken.end())
    return [place for place, sign in enumerate(text, 1) if not sign.isspace() and sign not in INVISIBLE]


def _broken(text: str, start: int, end: int) -> GLStringError:
    found = BETWEEN_NAMES.split(text[:start])[-1] + text[start:end] + BETWEEN_NAMES.split(text[end:], maxsplit=1)[0]
    error = _refusal(BLANK_IN_NAME, found, start, "an operator, or nothing between the two")
    error.advice = "Write each copy into a cell of its own, or + between them."
    error.position = start + 1
    return error


def _unwrap(text: str) -> tuple[str, str, str]:
    if "#" not in text:
        return "", "", text
    parts = text.split("#", 2)
    if len(parts) < 3 or not all(parts):
        expected = "namespace#release#GL String, each not empty"
        raise _refusal("this GL String Code is incomplete", text, 0, expected)
    if parts[0] != NAMESPACE:
        raise _refusal("this GL String Code is of another namespace", parts[0], 0, NAMESPACE)
    return parts[0], parts[1], parts[2]


class _Reader:
    """One reading from left to right; remembers the gene that later names of the same gene part may leave out."""

    def __init__(self, locus: str) -> None:
        self.given = self.locus = locus.removeprefix("HLA-")
        self.places: dict[str, int] = {}

    def read(self, text: str, level: int, position: int) -> Tree:
        """The tree of `text`, whose operators are those from `level` on; `position` is where it begins."""
        while level < len(OPERATORS) and OPERATORS[level] not in text:
            level += 1
        if level == len(OPERATORS):
            return self.name(text, position)
        operator = OPERATORS[level]
        if operator == "/":
            return operator, tuple(self.alternatives(text, position))
        members = []
        for part in text.split(operator):
            if operator in "?^":
                self.locus = self.given
            members.append(self.read(part, level + 1, position))
            position += len(part) + 1
        return operator, tuple(members)

    def alternatives(self, text: str, position: int) -> Iterator[str]:
        """The names of one `/` list."""
        before = ""
        for part in text.split("/"):
            if ":" not in part:
                _refuse_ambiguous(part, before, position)
            yield self.name(part, position)
            position, before = position + len(part) + 1, part

    def name(self, text: str, position: int) -> str:
        """One name, completed by its gene."""
        read = _gene_and_name(text, self.locus) if len(text) <= LONGEST_NAME else None
        if not read:
            raise _no_name(text, position)
        self.locus, name = read
        self.places.setdefault(name, position)
        return name


@lru_cache(maxsize=100_000)
def _gene_and_name(text: str, locus: str) -> tuple[str, str] | None:
    """The gene and the whole name; `locus` is the gene if the text has none. None if it is no name."""
    if not _is_token(text):
        return None
    gene, fields = split_name(text)
    locus = gene or locus
    named = locus and "-" not in locus and fields and not {"*", "-"} & set(fields)
    return (locus, full_name(locus, fields)) if named else None


def _is_token(text: str) -> bool:
    return TOKEN_CHARACTERS.issuperset(text) and text.count("*") < 2


def _no_name(text: str, position: int) -> GLStringError:
    if not text:
        return _refusal("nothing stands here", text, position, "an allele name between two operators")
    if not _is_token(text) or len(text) > LONGEST_NAME:
        return _refusal("this is not an allele name", text, position, "a name like HLA-A*01:01")
    return _refusal("this name has no gene or no fields", text, position, "HLA-A*01:01")


def _refuse_ambiguous(text: str, before: str, position: int) -> None:
    """Refuse a text without a colon that may be a field of the name before it."""
    if ":" not in before or not text or "*" in text:
        return
    if text not in WORDS and not ANTIGEN.fullmatch(text.removeprefix("HLA-")):
        message = "this abbreviation may stand for the first field of a name or for the last"
        found, expected = f"{before}/{text}", "every alternative written in full"
        raise _refusal(message, found, position, expected, AmbiguousAbbreviation)


def _refusal(
    message: str, found: str, position: int, expected: str, kind: type[GLStringError] = GLStringError
) -> GLStringError:
    error = kind(message, found=found, where=f"character {position + 1} of the GL String", expected=expected)
    error.position = position
    return error


def canonical(tree: Tree) -> Tree:
    """The same statement in canonical order; members of members with the same operator are taken up."""
    return _ordered(tree)[2]


Order = tuple[tuple[SortKey, ...], str]
"""What trees are ordered by: the sort keys of their names, and their text."""
ORDER = itemgetter(0, 1)


def _ordered(tree: Tree) -> tuple[tuple[SortKey, ...], str, Tree]:
    """The sort keys of its names, its text, and the tree, in canonical order."""
    if isinstance(tree, str):
        return (sort_key(tree),), tree, tree
    operator, members = tree
    if operator == "/":
        names = cast(Iterator[str], _flat(operator, members))  # nothing binds tighter: below `/` there are names only
        return _list_of(sorted(sorted(set(names)), key=sort_key))
    ordered = [_ordered(member) for member in _flat(operator, members)]
    if operator != "~":
        ordered.sort(key=ORDER)
    if operator in ALTERNATIVES:
        ordered = list({each[1]: each for each in ordered}.values())
    if len(ordered) == 1:
        return ordered[0]
    keys = tuple(key for own, _, _ in ordered for key in own)
    return keys, operator.join([text for _, text, _ in ordered]), (operator, tuple([each for _, _, each in ordered]))


def _list_of(names: list[str]) -> tuple[tuple[SortKey, ...], str, Tree]:
    """The same of a `/` list, given its names in order."""
    return tuple(map(sort_key, names)), "/".join(names), ("/", tuple(names)) if len(names) > 1 else names[0]


def _flat(operator: str, members: tuple[Tree, ...]) -> Iterator[Tree]:
    for member in members:
        if not isinstance(member, str) and member[0] == operator:
            yield from _flat(operator, member[1])
        else:
            yield member


def text_of(tree: Tree) -> str:
    """The tree as a GL String."""
    if isinstance(tree, str):
        return tree
    return tree[0].join([member if isinstance(member, str) else text_of(member) for member in tree[1]])


def leaves(tree: Tree) -> list[str]:
    """Every name of the tree, from left to right."""
    if isinstance(tree, str):
        return [tree]
    return list(tree[1]) if tree[0] == "/" else BETWEEN_NAMES.split(text_of(tree))


def replace_names(tree: Tree, replacement: Callable[[str], frozenset[str]]) -> Tree:
    """The tree with every name replaced by a set of alternatives, in canonical order."""
    return canonical(_replaced(tree, replacement))


def _replaced(tree: Tree, replacement: Callable[[str], frozenset[str]]) -> Tree:
    if isinstance(tree, str):
        return "/", tuple(replacement(tree))
    return tree[0], tuple(_replaced(member, replacement) for member in tree[1])


def alternatives(tree: Tree, operator: str) -> tuple[Tree, ...]:
    """The members of the tree at this operator; the tree itself if the operator does not stand at its top."""
    return tree[1] if not isinstance(tree, str) and tree[0] == operator else (tree,)
