"""How often proteins were found in populations, by a table that a site installs, such as CIWD 3.0.0.

    ALLELE,TOTAL,AFA,API,EURO,HIS,MENA,NAM,UNK
    A*01:01,C,C,C,C,C,C,C,C              C common, I intermediate, WD well documented, R rare
    A*01:01:01G,C,C,C,C,C,C,C,C          names of other than two fields are left alone, and so are populations

A row of two fields stands for the protein: for the P group of the name, or for the name where it has none. Its name is
one of the release that the table was made under; today's is found as for a member of a multiple allele code. A protein
under several rows has the most frequent of them. One that no row names was not found among the people of the table, or
was named later.
"""

import csv
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path

import msgspec

from pipeline.errors import SiteError
from pipeline.normalise.nomenclature.names import full_name, kind_of, split_name
from pipeline.normalise.nomenclature.release import Release
from pipeline.whole_file import write_whole

TABLE = "frequencies.csv"
ORDER = ("C", "I", "WD", "R")
"""The categories, the most frequent first."""
MEANINGS = {"R": "rare", "": "not in it"}
"""What is said of a protein that is rare, and of one that the table does not name."""
COLUMNS = {"ALLELE", "TOTAL"}


class InstalledTable(msgspec.Struct, frozen=True):
    """A frequency table on this site."""

    rows: int
    file: Path


def is_table(path: Path) -> bool:
    """Whether this file has the header of a frequency table."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            return set(next(csv.reader(lines), [])) >= COLUMNS
    except (OSError, UnicodeDecodeError, csv.Error):
        return False


def install_table(path: Path, nomenclature: Path) -> InstalledTable:
    """Lay the table down in the site's `nomenclature` folder, in place of the one before. Raises SiteError."""
    nomenclature.mkdir(parents=True, exist_ok=True)
    dict(_rows(path))
    target = nomenclature / TABLE
    write_whole(target, path.read_bytes())
    return list_tables(nomenclature)[0]


def list_tables(nomenclature: Path) -> tuple[InstalledTable, ...]:
    """The installed frequency table, if there is one."""
    path = nomenclature / TABLE
    return (InstalledTable(sum(1 for _ in _rows(path)), path),) if path.exists() else ()


def read_table(nomenclature: Path) -> Mapping[str, str]:
    """The category of every name in the installed table; nothing if none is installed. Raises SiteError."""
    path = nomenclature / TABLE
    return dict(_rows(path)) if path.exists() else {}


def _rows(path: Path) -> Iterator[tuple[str, str]]:
    found: set[str] = set()
    with path.open(encoding="utf-8-sig", newline="") as lines:
        for number, row in enumerate(csv.DictReader(lines), start=2):
            name, category = (row["ALLELE"] or "").strip(), (row["TOTAL"] or "").strip()
            if kind_of(*split_name(name)) not in ("allele", "G", "P") or category not in ORDER or name in found:
                raise SiteError(
                    f"{path}:{number}: found {name!r} with {category!r}, expected a name (once) and one of "
                    f"{', '.join(ORDER)}; nothing was installed"
                )
            found.add(name)
            yield name, category


class Frequencies:
    """The categories of proteins under one release."""

    def __init__(self, release: Release) -> None:
        self._release = release

    @cached_property
    def _table(self) -> Mapping[str, str]:
        return self._release.reference.frequencies()

    @property
    def are_known(self) -> bool:
        """Whether the site has installed a table."""
        return bool(self._table)

    @cached_property
    def _genes(self) -> frozenset[str]:
        return frozenset(split_name(name)[0] for name in self._table)

    @cached_property
    def _categories(self) -> dict[str, str]:
        """The category of every protein, from the rarest rows to the most frequent, which prevail."""
        rows = [name for name in self._table if name.count(":") == 1 and name[-1] not in "GP"]
        ordered = sorted(rows, key=lambda name: -ORDER.index(self._table[name]))
        return {protein: self._table[name] for name in ordered for protein in self._proteins_of_row(name)}

    def _proteins_of_row(self, name: str) -> frozenset[str]:
        gene, fields = split_name(name)
        today = self._release.locus(gene).current_names(fields)
        return frozenset().union(*(self._release.match_groups(full_name(gene, each)) for each in today))

    def rarity(self, name: str) -> str | None:
        """In words what the table says of a name whose every protein is rare; None if one is not, or it says nothing.

        It says nothing of genes that it does not name at all.
        """
        if split_name(name)[0] not in self._genes:
            return None
        found = {self._categories.get(protein, "") for protein in self._release.match_groups(name)}
        if not found or found - MEANINGS.keys():
            return None
        return MEANINGS["R" if "R" in found else ""]
