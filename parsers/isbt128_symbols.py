"""ISBT 128 symbols as a scanner sends them: a data identifier and its content, behind each other without a separator.

    =A99992400012300=%5100=<T0416V00&>0270452359

The identifier says how long the content is (config/codes/isbt128_structures.toml); `=` and a letter or a digit begin
the donation number. What follows a structure that is not known cannot be taken apart. Here codes are only cut; what
they mean, and whether their checks are right, is said later.
"""

import re
import tomllib
from pathlib import Path
from typing import NamedTuple

import parsers

TABLE = tomllib.loads(
    (Path(parsers.__file__).resolve().parent.parent / "config" / "codes" / "isbt128_structures.toml").read_text(
        encoding="utf-8"
    )
)
DIN_FORM = r"[A-NP-Z1-9][A-NP-Z0-9]{2}[0-9]{2}[0-9]{2}[0-9]{6}"
SCANNED_DIN = re.compile(rf"=(?P<din>{DIN_FORM})(?P<flags>[0-9A-HJ-NPR-Y]{{2}})")
DONATION, GRID, COMPOUND = "=", "&:", "=+"
LENGTHS = {each["identifier"]: sum(part[1] for part in each["parts"]) for each in TABLE["structure"]}
"""Characters of the content by data identifier."""
SHIFTED = tuple(TABLE["shifted_first"])
"""How a scanned code may begin that a keyboard of another layout has typed."""


class Symbol(NamedTuple):
    """A data identifier and its content."""

    identifier: str
    content: str


def cut(text: str) -> tuple[list[Symbol], str]:
    """The symbols of a scan, and what is left from the first character on at which none begins."""
    symbols = list[Symbol]()
    while symbol := _first(text):
        symbols.append(symbol)
        text = text[len(symbol.identifier) + len(symbol.content) :]
    return symbols, text


def _first(text: str) -> Symbol | None:
    if found := SCANNED_DIN.match(text):
        return Symbol(DONATION, text[len(DONATION) : found.end()])
    identifier = text[:3] if text[:3] in LENGTHS else text[:2]
    end = len(identifier) + LENGTHS.get(identifier, 0)
    return Symbol(identifier, text[len(identifier) : end]) if len(identifier) < end <= len(text) else None
