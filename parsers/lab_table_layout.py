"""The layout of a laboratory's table, as a profile describes it.

config/profiles/lab_table_two_columns.toml shows every setting with what it means.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Literal

import msgspec

from parsers.errors import ParseError
from parsers.format import Profile, Verified
from parsers.records import State
from parsers.typing_states import Words

REPEATED = re.compile(r"(.*) \([0-9]+\)")
"""A heading that stands in the header for a second, third ... time."""
LAST_DIGIT = re.compile(r"[0-9](?=\D*$)")


class Columns(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Which column holds what; empty for what the table does not say."""

    sample: str
    subject: str = ""
    report_id: str = ""
    centre: str = ""
    project: str = ""
    date: str = ""
    review: str = ""
    software: str = ""
    method: str = ""
    test_id: str = ""
    test_source: str = ""
    kit: str = ""
    kit_lot: str = ""
    allele_db: str = ""
    release: str = ""
    glstring: str = ""
    mismatches: str = ""
    properties: tuple[str, ...] = ()
    quality: tuple[str, ...] = ()

    def of(self, item: str) -> str:
        """The column that holds an item."""
        return str(getattr(self, item))

    def named(self) -> set[str]:
        """Every column that is named here."""
        single = (self.of(item) for item in self.__struct_fields__ if item not in ("properties", "quality"))
        return {*filter(None, single), *self.properties, *self.quality}


class Loci(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Loci whose columns follow a pattern with `{locus}` in it."""

    names: tuple[str, ...]
    first: str
    second: str = ""

    def columns(self) -> list[tuple[str, tuple[str, ...]]]:
        """Each locus with its columns."""
        patterns = [self.first, self.second] if self.second else [self.first]
        return [(name, tuple(each.replace("{locus}", name) for each in patterns)) for name in self.names]


class Locus(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One locus with columns of its own."""

    name: str
    columns: tuple[str, ...]


class Long(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The columns of a table with one row per sample and locus."""

    locus: str
    alleles: tuple[str, ...]


def further_copies(columns: tuple[str, ...], others: Iterable[str]) -> Iterator[str]:
    """Of other headings those of further copies: `A (3)` behind `A` and `A (2)`, `A_3` behind `A_1` and `A_2`."""
    pairs = {
        LAST_DIGIT.sub("#", each) for each in columns if {LAST_DIGIT.sub(copy, each) for copy in "12"} <= {*columns}
    }
    for each in others:
        again, number = REPEATED.fullmatch(each), LAST_DIGIT.search(each)
        if (again and again[1] in columns) or (number and number[0] > "2" and LAST_DIGIT.sub("#", each) in pairs):
            yield each


class TableWords(Words, frozen=True, forbid_unknown_fields=True):
    """The words of a table, and those that say no more than a blank cell does."""

    blank: tuple[str, ...] = ()


class Layout(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One layout: how to know it, how to read its text, and what its columns hold."""

    format: str
    title: str
    verified: Verified
    signature: tuple[str, ...]
    foreign: tuple[str, ...] = ()
    columns: Columns
    name: str = ""
    encoding: str = "utf-8"
    separator: str = ""
    copies: str = ""
    single: Literal["one_stated", "candidates"] = "one_stated"
    sample_endings: tuple[str, ...] = ()
    sample_parts: tuple[str, ...] = ()
    constants: dict[str, str] = {}
    loci: Loci | None = None
    locus: tuple[Locus, ...] = ()
    long: Long | None = None
    words: TableWords = TableWords()

    def fits(self, header: tuple[str, ...]) -> bool:
        """Whether every column of the signature is in this header, and none of a look-alike."""
        return set(self.signature) <= set(header) and not set(self.foreign) & set(header)

    def locus_columns(self, header: tuple[str, ...]) -> list[tuple[str, tuple[str, ...]]]:
        """Each locus of the layout with those of its columns that this header has."""
        present = [(name, self._of_copies(columns, header)) for name, columns in self._loci()]
        return [(name, columns) for name, columns in present if columns]

    def allele_columns(self, header: tuple[str, ...]) -> tuple[str, ...]:
        """Those columns of this header that hold the alleles of a row's locus, in a table with a row for each."""
        return self._of_copies(self.long.alleles, header) if self.long else ()

    def used(self, header: tuple[str, ...]) -> set[str]:
        """The columns of this header that the layout reads."""
        copies = (name for _, names in self.locus_columns(header) for name in names)
        return {*self._named(), *copies, *self.allele_columns(header)}

    def _loci(self) -> list[tuple[str, tuple[str, ...]]]:
        return [*(self.loci.columns() if self.loci else []), *((each.name, each.columns) for each in self.locus)]

    def _named(self) -> set[str]:
        """Every column that the profile names."""
        long = {self.long.locus, *self.long.alleles} if self.long else set()
        return {
            *self.columns.named(),
            *self.sample_parts,
            *long,
            *(each for _, names in self._loci() for each in names),
        }

    def _of_copies(self, columns: tuple[str, ...], header: tuple[str, ...]) -> tuple[str, ...]:
        """Those of a locus's columns that this header has, and behind them columns of more copies than are named."""
        others = [each for each in header if each not in self._named()]
        return (*(each for each in columns if each in header), *further_copies(columns, others))

    def word_states(self) -> dict[str, State]:
        """Each word that stands in for an allele, in capitals, with its state."""
        return self.words.states()

    def is_blank(self, cell: str) -> bool:
        """Whether a cell states nothing."""
        return not cell or cell.upper() in {each.upper() for each in self.words.blank}

    def sample_of(self, cell: str) -> str:
        """The sample's name without an ending that the software puts behind it."""
        for ending in self.sample_endings:
            if cell.endswith(ending):
                return cell.removesuffix(ending).rstrip()
        return cell.rstrip()


def layout_of(profile: Profile) -> Layout:
    """The layout in a profile. Raises ParseError naming the profile and the setting."""
    try:
        layout = msgspec.convert({**profile.settings, "name": profile.name}, Layout)
        "".encode(layout.encoding)
    except (msgspec.ValidationError, LookupError) as error:
        raise _unusable(profile, str(error)) from error
    unknown = set(layout.constants) - set(Columns.__struct_fields__)
    if unknown or not layout.signature or len(layout.separator) > 1:
        raise _unusable(profile, "a constant, the signature or the separator is not usable")
    if not (layout.loci or layout.locus or layout.long or layout.columns.glstring):
        raise _unusable(profile, "no column of it holds a typing")
    return layout


def _unusable(profile: Profile, reason: str) -> ParseError:
    return ParseError(
        f"the profile cannot be used: {reason}",
        where=f"profile {profile.name}",
        expected="the settings shown in config/profiles/lab_table_two_columns.toml",
    )
