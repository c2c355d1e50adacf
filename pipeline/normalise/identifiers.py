"""Identifiers of donors and donations: GRID and DIN, read from print, keyboard and barcode.

    GRID   6939 DKM0013926127 26        issuer (4 digits), registration (13), ISO/IEC 7064 MOD 37-2 check as two digits
    DIN    A9999 24 000123 [M]          facility (5), year (2), number (6); a check character beside the barcode
           A9999 24 000123 07 [M]       as it is typed from a label that shows its flags

In a barcode a DIN is `=` with two flag characters behind it; flags of 60 to 96 are the check value plus 60. The flags
are no part of the number: the tube (07) and the bag (00) of a donation share one DIN.

An identifier that has the form of a GRID or DIN and the wrong check is never used as one: it is kept as printed, as a
local identifier, with a flag. Thirteen bare digits are taken for a local number, for nothing says that they are a DIN.
"""

import re
from typing import Literal

from stdnum.iso7064 import mod_37_2

from parsers.isbt128_symbols import DIN_FORM, SCANNED_DIN
from pipeline.normalise.records import Flag, Identifier
from pipeline.normalise.tables import settings

GRID_FORM = re.compile(r"[1-9][0-9]{3}[A-Z0-9]{13}[0-9]{2}")
PRINTED_DIN = re.compile(rf"(?=[A-Z])(?P<din>{DIN_FORM})(?P<flags>[0-9A-HJ-NPR-Y]{{2}})?(?P<check>[0-9A-Z*])?")
FIRST_CHECK_FLAG = 60
ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ*"
"""Of ISO/IEC 7064 MOD 37-2: a character's place is its value; `*` only ever stands as a check character."""

SMALL_LETTERS = "in capitals this would be a GRID or DIN, which have no small letters: compare it with the label"

Check = Literal["right", "wrong", "absent"]


def check_value(body: str) -> int:
    """The ISO/IEC 7064 MOD 37-2 check value of `body`, 0 to 36; 36 is written `*`."""
    return ALPHABET.index(mod_37_2.calc_check_digit(body))


def unprefixed(code: str) -> str:
    """A scanned code without line ends and without the symbology prefix that some scanners send."""
    text = code.strip("\r\n\t ")
    prefix = next((each for each in settings("isbt128_structures.toml")["aim_prefixes"] if text.startswith(each)), "")
    return text.removeprefix(prefix)


def read_identifier(printed: str) -> Identifier:
    """The identifier in `printed`: GRID, DIN or a local one; a wrong check character makes it local, with a flag."""
    text = unprefixed(printed)
    if not text:
        message = "the report names no identifier here"
        return Identifier(
            scheme="LOCAL", value="", printed=printed, flags=(Flag("no_identifier", "", message, "error"),)
        )
    compact = re.sub(r"[ -]", "", text)
    grid = compact.removeprefix("&:")
    if GRID_FORM.fullmatch(grid):
        return _read("GRID", grid, printed, grid_check(grid))
    if match := SCANNED_DIN.fullmatch(compact) or PRINTED_DIN.fullmatch(compact):
        return _read("DIN", match["din"], printed, din_check(match))
    doubt = Flag("small_letters", printed, f"{SMALL_LETTERS}; kept as printed") if in_capitals(compact) else None
    return Identifier(scheme="LOCAL", value=text, printed=printed, flags=(doubt,) if doubt else ())


def in_capitals(compact: str) -> bool:
    """Whether a text with small letters would be a GRID or DIN in capitals, one whose check then fits."""
    text = compact.upper()
    if text == compact:
        return False
    if GRID_FORM.fullmatch(text):
        return grid_check(text) == "right"
    match = PRINTED_DIN.fullmatch(text)
    return match is not None and din_check(match) == "right"


def grid_check(grid: str) -> Check:
    """Whether the last two digits of a GRID are the check of the 17 characters before."""
    return "right" if int(grid[17:]) == check_value(grid[:17]) else "wrong"


def din_check(match: re.Match[str]) -> Check:
    """Whether the check character and the check flags of a DIN are right; flags below 60 hold no check."""
    groups = match.groupdict()
    found = [ALPHABET.index(groups["check"])] if groups.get("check") else []
    flags = groups.get("flags") or ""
    if flags.isdecimal() and FIRST_CHECK_FLAG <= int(flags) < FIRST_CHECK_FLAG + len(ALPHABET):
        found.append(int(flags) - FIRST_CHECK_FLAG)
    if not found:
        return "absent"
    return "right" if set(found) == {check_value(match["din"])} else "wrong"


def _read(scheme: Literal["GRID", "DIN"], value: str, printed: str, check: Check) -> Identifier:
    if check == "wrong":
        message = f"has the form of a {scheme}, but its check does not fit: a character is wrong; kept as printed"
        doubt = Flag("bad_check_characters", printed, message)
        return Identifier(scheme="LOCAL", value=printed.strip(), printed=printed, flags=(doubt,))
    unchecked = Flag("no_check_character", printed, "a DIN without its check character cannot be checked", "info")
    return Identifier(scheme=scheme, value=value, printed=printed, flags=(unchecked,) if check == "absent" else ())
