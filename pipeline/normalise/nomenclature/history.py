"""Every name ever used, and the accession numbers that it meant: a number stays with its allele, names come and go.

Sources are the allele lists of all installed releases, the lists of older ones that a release brings (allelelist/), and
the names that a release calls deleted. A name may have meant several alleles in turn: all are told, with the releases
in which it meant them, and none is preferred.
"""

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cache, cached_property
from pathlib import Path

import msgspec

from pipeline.errors import SiteError
from pipeline.normalise.nomenclature.names import suffix_of

LISTS = ("Allelelist.txt", "allelelist/Allelelist.*.txt")
HEAD = 2000
"""Characters at the top of a file among which it states its version."""
VERSION = re.compile(r"^# version:.*?(\d+\.\d+\.\d+)", re.MULTILINE)
AFTER_COLON = ";"
"""The character behind the colon in the order of characters."""
ROW = re.compile(r"(\w+),(\w+\*\S+)\s*")
DELETED_ROW = re.compile(r"^(\w+),(\w+\*[^,\s]+),", re.MULTILINE)


class Use(msgspec.Struct, frozen=True):
    """An accession number that a name meant, and in which releases; none if only a list of deleted names says so."""

    accession: str
    releases: tuple[str, ...]


class History:
    """What names meant through the releases. Names go in with or without `HLA-`; lists are read when asked for."""

    def __init__(self, folders: tuple[Path, ...]) -> None:
        self._folders = folders
        self._lists = _lists(folders)
        self._releases = sorted(self._lists, key=_number)
        self._meant_in = cache(self._read)
        self._sorted_in = cache(lambda release: sorted(self._meant_in(release)))

    def uses(self, name: str) -> tuple[Use, ...]:
        """Every accession number that a name ever meant, in order; none for a name that was never used."""
        found = self._uses.get(name.removeprefix("HLA-"), {})
        return tuple(Use(accession, self._named(bits)) for accession, bits in sorted(found.items()))

    def accessions(self, name: str) -> frozenset[str]:
        """Every accession number that a name ever meant."""
        return frozenset(self._uses.get(name.removeprefix("HLA-"), ()))

    def accession_in(self, release: str, name: str) -> str | None:
        """The accession number that a name meant in a release; None if no list tells."""
        return self._meant_in(release).get(name.removeprefix("HLA-"))

    def allowed_in(self, release: str, name: str) -> frozenset[str]:
        """The accession numbers of the alleles that a name of fewer fields allowed in a release; none if no list tells.

        Null alleles are allowed by a first field, or where there are no others.
        """
        meant, beginning = self._meant_in(release), name.removeprefix("HLA-")
        names = self._sorted_in(release)
        first, end = (bisect_left(names, beginning + sign) for sign in (":", AFTER_COLON))
        found = names[first:end]
        expressed = [each for each in found if suffix_of(each) != "N"] if ":" in beginning else found
        return frozenset(meant[each] for each in expressed or found)

    @cached_property
    def _uses(self) -> dict[str, dict[str, int]]:
        """The accession numbers of every name; the releases in which it meant each are the bits of a number."""
        uses: defaultdict[str, dict[str, int]] = defaultdict(dict)
        for row, first, end in _spans([self._lists[release] for release in self._releases]):
            if found := ROW.fullmatch(row):
                meant = uses[found[2]]
                meant[found[1]] = meant.get(found[1], 0) | (1 << end) - (1 << first)
        for accession, name in _deleted(self._folders):
            uses[name].setdefault(accession, 0)
        return dict(uses)

    def _read(self, release: str) -> dict[str, str]:
        """The accession numbers of the names of one release; none if there is no list of it."""
        if release not in self._lists:
            return {}
        rows = map(ROW.fullmatch, self._lists[release].read_text(encoding="utf-8").splitlines())
        return {row[2]: row[1] for row in rows if row}

    def _named(self, bits: int) -> tuple[str, ...]:
        return tuple(release for place, release in enumerate(self._releases) if bits >> place & 1)


def read_history(folders: Iterable[Path]) -> History:
    """The history that the releases in these folders tell. Raises SiteError for one without a version."""
    return History(tuple(folders))


def _spans(lists: Iterable[Path]) -> Iterator[tuple[str, int, int]]:
    """Every row with the number of the first list of a run of lists that hold it, and of the one behind the last.

    Fifty lists repeat forty thousand rows each, so that only what two of them do not share is looked at.
    """
    since: dict[str, int] = {}
    rows: set[str] = set()
    end = 0
    for path in lists:
        before, rows = rows, set(path.read_text(encoding="utf-8").splitlines())
        for row in before - rows:
            yield row, since.pop(row), end
        since.update(dict.fromkeys(rows - before, end))
        end += 1
    yield from ((row, first, end) for row, first in since.items())


def _lists(folders: Iterable[Path]) -> dict[str, Path]:
    """One allele list of every release that there is one of."""
    paths = (path for folder in folders for pattern in LISTS for path in sorted(folder.glob(pattern)))
    return {_version_of(path): path for path in paths}


def _version_of(path: Path) -> str:
    with path.open(encoding="utf-8") as text:
        version = VERSION.search(text.read(HEAD))
    if version is None:
        raise SiteError(f"{path}: no line '# version: ...' at the top; this is no allele list of a release")
    return version[1]


def _deleted(folders: Iterable[Path]) -> Iterator[tuple[str, str]]:
    for folder in folders:
        path = folder / "Deleted_alleles.txt"
        if path.exists():
            yield from DELETED_ROW.findall(path.read_text(encoding="utf-8"))


def _number(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))
