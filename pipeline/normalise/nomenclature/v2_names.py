"""Names of before April 2010, written without colons, by the official table of the renaming (Nomenclature_2009.txt).

    Current Name        Name as of April 2010
    ============        =====================
    A*01010101          A*01:01:01:01
    Cw*0102             None                        given up, or extended before the renaming: no successor

The table speaks of whole names. A shorter one (`A*0101`) that it does not hold stands for those without suffix that
begin with it: `A*0101` is `A*01:01`, because all that begin so begin with it. Nothing is worked out by cutting digits
in pairs: `DPB1*1001` and `A*9201` (A*02:101) would come out as other alleles. MICA and MICB (`MICA*00201`) count their
digits otherwise, and have whole names only.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from pipeline.errors import SiteError

TABLE = "Nomenclature_2009.txt"
NO_SUCCESSOR = "None"
ROW = re.compile(r"([A-Za-z0-9]+\*[0-9]+[A-Z]?)\s+(None|[A-Za-z0-9]+\*(?:[0-9]{3}|[0-9]+(?::[0-9]+)+)[A-Z]?)")
DIGITS = ((4, 2), (6, 3))
"""Digits of a shorter old name, and the fields of the new one that they are."""


class OldNames(msgspec.Struct, frozen=True):
    """The names of 2010 by old names; an empty tuple is an old name without successor."""

    successors: dict[str, tuple[str, ...]]

    def current(self, old: str) -> tuple[str, ...] | None:
        """The names of April 2010 for an old name: none if it has no successor, None if the table is silent."""
        return self.successors.get(old.removeprefix("HLA-"))

    def first_fields(self, beginning: str) -> frozenset[str]:
        """The first fields of today of all old names that begin so."""
        found = (now for old, now in self.successors.items() if old.startswith(beginning))
        return frozenset(name.partition("*")[2].partition(":")[0] for names in found for name in names)


def read_old_names(folder: Path) -> OldNames | None:
    """The table of the release in `folder`, None if it has none. Raises SiteError for a line that does not fit."""
    try:
        lines = (folder / TABLE).read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return None
    except UnicodeDecodeError as error:
        raise SiteError(f"{folder / TABLE}: byte {error.start} is not UTF-8; the file is damaged") from error
    rows = dict(_rows(folder / TABLE, lines))
    return OldNames({**_shorter(rows.items()), **rows})


def _rows(path: Path, lines: list[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    ruled = next((number for number, line in enumerate(lines, 1) if line.startswith("==")), 0)
    for number, line in enumerate(lines[ruled:], ruled + 1):
        if not line.strip():
            continue
        match = ROW.fullmatch(line.strip())
        if match is None:
            raise SiteError(f"{path}:{number}: found {line.strip()!r}, expected an old name and a new one, or None")
        yield match[1], () if match[2] == NO_SUCCESSOR else (match[2],)


def _shorter(rows: Iterable[tuple[str, tuple[str, ...]]]) -> dict[str, tuple[str, ...]]:
    """Old names of four and six digits, with every beginning of the new names of those that begin so."""
    found: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for old, successors in rows:
        gene, _, digits = old.partition("*")
        for count, fields in DIGITS:
            if digits.isdigit() and len(digits) > count and not gene.startswith("MIC"):
                found[f"{gene}*{digits[:count]}"].update((_beginning(each, fields), None) for each in successors)
    return {short: tuple(names) for short, names in found.items() if names}


def _beginning(name: str, fields: int) -> str:
    """The first fields of a name; the whole name if its suffix says something of its expression."""
    return ":".join(name.split(":")[:fields]) if name[-1].isdigit() else name
