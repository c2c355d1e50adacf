"""ISBT 128 symbols as a scanner sends them: a data identifier and its content, behind each other without a separator.

    =A99992400012300=%5100=<S1384V00&>0270452359

The identifier says how long the content is (config/codes/isbt128_structures.toml), some with a count in front. `=` and
a letter or a digit begin the donation number; `&` and a small letter what a country has defined for itself, which goes
to the end. What follows a structure that is not known cannot be taken apart. Here codes are only cut; what they mean,
and whether their checks are right, is said later.
"""

import re

import msgspec

from parsers.code_tables import settings

TABLE = settings("isbt128_structures.toml")
DIN_FORM = r"[A-NP-Z1-9][A-NP-Z0-9]{2}[0-9]{2}[0-9]{2}[0-9]{6}"
SCANNED_DIN = re.compile(rf"=(?P<din>{DIN_FORM})(?P<flags>[0-9A-HJ-NPR-Y]{{2}})")
DONATION, GRID, COMPOUND = "=", "&:", "=+"
DIN_LENGTH = 13
"""Characters of a donation number; two of flags stand behind it in a symbol."""
NATIONAL = frozenset(f"&{each}" for each in TABLE["national"])
"""The data identifiers behind which each country says by itself what stands; it takes the rest of the scan."""
LENGTHS = {each["identifier"]: sum(part[1] for part in each["parts"]) for each in TABLE["structure"]}
LENGTHS |= dict.fromkeys(NATIONAL, 0)
"""Characters of the content by data identifier, as far as every code has them; none of a national one is known."""
UNITS = {
    each["identifier"]: (each["parts"][-1][1], sum(part[1] for part in each["repeated"]))
    for each in TABLE["structure"]
    if "repeated" in each
}
"""Where the content ends with a count and what it counts: the digits of the count, the characters of each counted."""
FIXED = {each: length for each, length in LENGTHS.items() if each not in NATIONAL and each not in UNITS}
FIXED[DONATION] = DIN_LENGTH + 2
"""Characters of the content where every code has as many."""
IDENTIFIER_LENGTHS = sorted(set(map(len, LENGTHS)), reverse=True)
SHIFTED = tuple(TABLE["shifted_first"])
"""How a scanned code may begin that a keyboard of another layout has typed."""


class Symbol(msgspec.Struct, frozen=True, gc=False):
    """A data identifier and its content."""

    identifier: str
    content: str


def cut(text: str) -> tuple[list[Symbol], str]:
    """The symbols of a scan, and what is left from the first character on at which none begins."""
    symbols, start = list[Symbol](), 0
    while identifier := _identifier_at(text, start):
        content = start + len(identifier)
        length = FIXED.get(identifier)
        if length is None:
            length = content_length(identifier, text[content:])
        if length is None or content + length > len(text):
            break
        symbols.append(Symbol(identifier, text[content : content + length]))
        start = content + length
    return symbols, text[start:]


def content_length(identifier: str, text: str) -> int | None:
    """How much of `text` is the content behind `identifier`; None if that cannot be told."""
    if identifier not in LENGTHS:
        return None
    if identifier in NATIONAL:
        return max(len(text), 1)
    fixed = LENGTHS[identifier]
    digits, unit = UNITS.get(identifier, (0, 0))
    count = text[fixed - digits : fixed] or "0" if digits else "0"
    return fixed + int(count) * unit if count.isascii() and count.isdecimal() else None


def _identifier_at(text: str, start: int) -> str:
    """The data identifier that begins here; empty if none does."""
    for length in IDENTIFIER_LENGTHS:
        if text[start : start + length] in LENGTHS:
            return text[start : start + length]
    return DONATION if SCANNED_DIN.match(text, start) else ""
