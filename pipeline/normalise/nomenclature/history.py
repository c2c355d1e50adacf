"""Every name ever used, and the accession numbers that it meant: a number stays with its allele, names come and go.

Sources are the allele lists of all installed releases, the lists of older ones that a release brings (allelelist/), and
the names that a release calls deleted. A name may have meant several alleles in turn: all are told, with the releases
in which it meant them, and none is preferred.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from pipeline.errors import SiteError

LISTS = ("Allelelist.txt", "allelelist/Allelelist.*.txt")
VERSION = re.compile(r"^# version:.*?(\d+\.\d+\.\d+)", re.MULTILINE)
ROW = re.compile(r"^(\w+),(\w+\*\S+)\s*$", re.MULTILINE)
DELETED_ROW = re.compile(r"^(\w+),(\w+\*[^,\s]+),", re.MULTILINE)


class Use(msgspec.Struct, frozen=True):
    """An accession number that a name meant, and in which releases; none if only a list of deleted names says so."""

    accession: str
    releases: tuple[str, ...]


class History:
    """Names and accession numbers through the releases. Names go in with or without `HLA-`, and come out without."""

    def __init__(self, uses: dict[str, dict[str, tuple[str, ...]]], names: dict[str, dict[str, str]]) -> None:
        self._uses = uses
        self._names = names

    def uses(self, name: str) -> tuple[Use, ...]:
        """Every accession number that a name ever meant, in order; none for a name that was never used."""
        found = self._uses.get(name.removeprefix("HLA-"), {})
        return tuple(Use(accession, releases) for accession, releases in sorted(found.items()))

    def names(self, accession: str) -> dict[str, str]:
        """What an accession number was called, by release, oldest first; empty if the lists do not hold it."""
        return self._names.get(accession, {})


def read_history(folders: Iterable[Path]) -> History:
    """The history that the releases in these folders tell. Raises SiteError for one without a version."""
    uses: defaultdict[str, dict[str, tuple[str, ...]]] = defaultdict(dict)
    names: defaultdict[str, dict[str, str]] = defaultdict(dict)
    folders = tuple(folders)
    lists = dict(_list(path) for folder in folders for pattern in LISTS for path in sorted(folder.glob(pattern)))
    for version, rows in sorted(lists.items(), key=lambda each: _number(each[0])):
        for accession, name in rows:
            uses[name][accession] = (*uses[name].get(accession, ()), version)
            names[accession][version] = name
    for accession, name in _deleted(folders):
        uses[name].setdefault(accession, ())
    return History(dict(uses), dict(names))


def _list(path: Path) -> tuple[str, list[tuple[str, str]]]:
    text = path.read_text(encoding="utf-8")
    version = VERSION.search(text[:2000])
    if version is None:
        raise SiteError(f"{path}: no line '# version: ...' at the top; this is no allele list of a release")
    return version[1], ROW.findall(text)


def _deleted(folders: Iterable[Path]) -> Iterator[tuple[str, str]]:
    for folder in folders:
        path = folder / "Deleted_alleles.txt"
        if path.exists():
            yield from DELETED_ROW.findall(path.read_text(encoding="utf-8"))


def _number(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))
