"""The list of multiple allele codes (MAC) that a site installed, looked up by code and by members.

    "LAST UPDATED: 07/11/20"
    *<tab>CODE<tab>SUBTYPE
    <tab>AB<tab>01/02                       generic: second fields
    *<tab>AHY<tab>03:01/03:03N              allele-specific: first and second fields

NMDP publishes the list twice, by code (alpha.v3) and by members (numer.v3); either serves, for columns are taken by
their header. The whole list has about a million codes, and a site uses a few thousand of them: it is kept as an SQLite
file, which opens without being read. A sorted text file with binary search would serve look-ups by code only; to
find the code of a list (`encode`) it would need a second file in another order.

Members are kept as printed. For `encode` they are compared in numerical order, as whole lists: a code for a longer list
or a shorter one says something else.
"""

import hashlib
import os
import re
import sqlite3
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from functools import lru_cache
from io import TextIOWrapper
from pathlib import Path
from typing import TextIO

import msgspec

from pipeline.errors import SiteError
from pipeline.normalise.nomenclature.allele_codes import usable_first_field
from pipeline.normalise.nomenclature.names import sort_key

CODE_LIST = "codes.sqlite"
HEADING = {"*", "CODE", "SUBTYPE"}
HEADER_LINES = 3
CODE = re.compile(r"[A-Z]{2,}")
GENERIC = re.compile(r"[0-9]{2,4}(?:/[0-9]{2,4})*")
SPECIFIC = re.compile(r"[0-9]{1,4}:[0-9]{2,4}[NLSCAQ]?(?:/[0-9]{1,4}:[0-9]{2,4}[NLSCAQ]?)*")

TABLES = """
create table code (code text primary key, members text not null, digest integer not null) without rowid;
create table list (title text not null, codes integer not null);
"""
ADD = "insert into code values (?, ?, ?)"
FINISH = """
create index code_by_members on code (digest);
insert into list select '', count(*) from code;
"""
TITLE = "update list set title = ?"
LIST = "select title, codes from list"
MEMBERS = "select members from code where code = ?"
CODES_OF = "select code, members from code where digest = ?"


class InstalledCodes(msgspec.Struct, frozen=True):
    """A code list on this site."""

    title: str
    codes: int
    file: Path


class CodeList:
    """An installed list of multiple allele codes. Raises SiteError if the file is none."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._rows = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, check_same_thread=False)
        try:
            self.title, self.codes = self._rows.execute(LIST).fetchone()
        except (sqlite3.DatabaseError, TypeError) as error:
            self.close()
            raise SiteError(f"{path}: this is no installed code list ({error}); install the code list again") from error
        self.members = lru_cache(maxsize=50_000)(self._members)

    def _members(self, code: str) -> tuple[str, ...] | None:
        """The members as printed, second fields or first:second; None if the list does not hold the code."""
        row = self._rows.execute(MEMBERS, [code]).fetchone()
        return tuple(row[0].split("/")) if row else None

    def is_specific(self, code: str) -> bool:
        """Whether the code lists alleles with their first fields; False for a generic or an unknown one."""
        return ":" in (self.members(code) or ("",))[0]

    def encode(self, alleles: Iterable[str]) -> str | None:
        """The fields `02:AB` of the code for exactly these two-field names of one gene; None if there is none.

        A generic code is preferred to an allele-specific one, and of several the shortest, then the first by letter.
        """
        listed = tuple(dict.fromkeys(alleles))
        firsts = {each.partition(":")[0] for each in listed}
        if len(firsts) == 1:
            code = self._code_of(each.partition(":")[2] for each in listed)
            if code:
                return f"{firsts.pop()}:{code}"
        code = self._code_of(listed)
        return f"{usable_first_field(listed)}:{code}" if code else None

    def _code_of(self, members: Iterable[str]) -> str | None:
        ordered = in_order(members)
        found = [code for code, listed in self._rows.execute(CODES_OF, [digest(ordered)])
                 if in_order(listed.split("/")) == ordered]  # fmt: skip
        return min(found, key=lambda code: (len(code), code), default=None)

    def close(self) -> None:
        """Let go of the file."""
        self._rows.close()


def in_order(members: Iterable[str]) -> tuple[str, ...]:
    """Members without doubles, by fields as numbers and then by suffix."""
    return tuple(sorted(dict.fromkeys(members), key=sort_key))


def digest(members: tuple[str, ...]) -> int:
    """64 bits of the SHA-256 of the members, as SQLite's signed integer: what lists are looked up by."""
    return int.from_bytes(hashlib.sha256("/".join(members).encode()).digest()[:8], "big", signed=True)


def is_code_list(path: Path) -> bool:
    """Whether this file, or a zip of it, has the header of a code list."""
    try:
        with _opened(path) as lines:
            next(lines, "")
            return set(_cells(next(lines, ""))) == HEADING
    except (SiteError, OSError, UnicodeDecodeError):
        return False


def install_codes(path: Path, nomenclature: Path) -> InstalledCodes:
    """Lay the code list down in the site's `nomenclature` folder, in place of the one before. Raises SiteError."""
    target = nomenclature / CODE_LIST
    temporary = target.with_suffix(f".{os.getpid()}.part")
    os.close(os.open(temporary, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600))
    try:
        with _opened(path) as lines, closing(sqlite3.connect(temporary)) as rows:
            title = next(lines, "").strip().strip('"')
            rows.executescript(TABLES)
            rows.executemany(ADD, _codes(path, lines))
            rows.executescript(FINISH)
            rows.execute(TITLE, [title])
            rows.commit()
        temporary.replace(target)
    except sqlite3.IntegrityError as error:
        raise SiteError(f"{path}: a code stands in the list twice; nothing was installed") from error
    except UnicodeDecodeError as error:
        raise SiteError(f"{path}: byte {error.start} is not UTF-8; the file is damaged") from error
    finally:
        temporary.unlink(missing_ok=True)
    return list_codes(nomenclature)[0]


def list_codes(nomenclature: Path) -> tuple[InstalledCodes, ...]:
    """The installed code list, if there is one."""
    codes = open_codes(nomenclature)
    if codes is None:
        return ()
    with closing(codes):
        return (InstalledCodes(codes.title, codes.codes, codes.path),)


def open_codes(nomenclature: Path) -> CodeList | None:
    """The site's code list, None if none is installed."""
    path = nomenclature / CODE_LIST
    return CodeList(path) if path.exists() else None


def _codes(path: Path, lines: Iterator[str]) -> Iterator[tuple[str, str, int]]:
    columns = _cells(next(lines, ""))
    next(lines, "")
    for number, line in enumerate(lines, HEADER_LINES + 1):
        if not line.strip():
            continue
        cells = dict(zip(columns, _cells(line), strict=False))
        code, listed, specific = cells.get("CODE", ""), cells.get("SUBTYPE", ""), cells.get("*") == "*"
        if not CODE.fullmatch(code) or not (SPECIFIC if specific else GENERIC).fullmatch(listed):
            raise SiteError(
                f"{path}:{number}: found {line.strip()!r}, expected a code and second fields (`01/02`), or after a `*` "
                "first and second fields (`01:01/02:05N`); nothing was installed"
            )
        yield code, listed, digest(in_order(listed.split("/")))


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.rstrip("\r\n").split("\t")]


@contextmanager
def _opened(path: Path) -> Iterator[TextIO]:
    """The lines of a text file, or of the one text file in a zip."""
    if not zipfile.is_zipfile(path):
        with path.open(encoding="utf-8-sig") as lines:
            yield lines
        return
    with zipfile.ZipFile(path) as archive:
        texts = [name for name in archive.namelist() if name.endswith(".txt")]
        if len(texts) != 1:
            raise SiteError(f"{path}: found {len(texts)} text files, expected one, alpha.v3.txt or numer.v3.txt")
        with TextIOWrapper(archive.open(texts[0]), encoding="utf-8-sig") as lines:
            yield lines
