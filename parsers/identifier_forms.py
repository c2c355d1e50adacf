"""The forms of a donor's and a donation's number, GRID and DIN, and what makes two spellings one identifier.

    GRID   6939 DKM0013926127 26        issuer (4 digits), registration (13), ISO/IEC 7064 MOD 37-2 check as two digits
    DIN    A9999 24 000123 [M]          facility (5), year (2), number (6); a check character beside the barcode
           A9999 24 000123 07 M         as it is typed from a label that shows its flags

In a barcode a DIN is `=` with two flag characters behind it; flags of 60 to 96 are the check value plus 60. The flags
are no part of the number: the tube (07) and the bag (00) of a donation share one DIN.

Laboratories number samples in the same form: a letter, the day, a counter (L20261120000101). So nothing is cut off a
typed number unless its check character is there and right; else its last digits may be what tells two people apart.
Bare digits are a DIN with their check character alone, and with flags too not even then: of a thousand numbers that
count up, dozens would lose their last three digits by chance.
"""

import re
from typing import Literal, NamedTuple

from stdnum.iso7064 import mod_37_2

from parsers.code_tables import settings
from parsers.isbt128_symbols import DIN_FORM, SCANNED_DIN, TABLE

GRID_FORM = re.compile(r"[1-9][0-9]{3}[A-Z0-9]{13}[0-9]{2}")
_FLAGS, _CHECK = r"(?P<flags>[0-9A-HJ-NPR-Y]{2})", r"(?P<check>[0-9A-Z*])"
PRINTED_DIN = re.compile(rf"(?P<din>{DIN_FORM})(?:{_FLAGS}?{_CHECK})?")
LABELLED_DIN = re.compile(rf"(?P<din>{DIN_FORM}){_FLAGS}?{_CHECK}?")
FIRST_CHECK_FLAG = 60
WHOLE_DONATION = "00"
ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ*"
"""Of ISO/IEC 7064 MOD 37-2: a character's place is its value; `*` only ever stands as a check character."""

MEANS_NONE = re.compile("|".join(settings("no_identifiers.toml")["means_none"]), re.IGNORECASE)

Check = Literal["right", "wrong", "absent"]


class Number(NamedTuple):
    """What has the form of a GRID or DIN: the number without flags and check character, and how its check stands.

    `flags` are those of a DIN that tell one container of the donation from another.
    """

    scheme: Literal["GRID", "DIN"]
    value: str
    check: Check
    flags: str = ""


def names_nobody(text: str) -> bool:
    """Whether nothing stands there, or what people write instead of an identifier (`N/A`)."""
    return not text or MEANS_NONE.fullmatch(text) is not None


def number_in(text: str, *, labelled: bool = False) -> Number | None:
    """The GRID or DIN that a text without AIM's prefix has the form of; `labelled` if its label says DIN."""
    compact = re.sub(r"[ -]", "", text)
    grid = compact.removeprefix("&:")
    if GRID_FORM.fullmatch(grid):
        return Number("GRID", grid, grid_check(grid))
    if match := SCANNED_DIN.fullmatch(compact):
        check = din_check(match)
        check = "right" if check == "absent" else check  # the barcode has one of its own
        return Number("DIN", match["din"], check, _container(match["flags"]))
    if match := printed_din(compact, labelled=labelled):
        return Number("DIN", match["din"], din_check(match), _container(match["flags"]))
    return None


def printed_din(compact: str, *, labelled: bool = False) -> re.Match[str] | None:
    """The parts of a text without blanks that is a typed DIN, or one misread; None for a number of another kind.

    The check character says what it is. A DIN may lack it if it begins with a letter, and flags then have no place
    behind it unless a label names it; it may be misread if its facility's number is not one of digits alone.
    """
    match = (LABELLED_DIN if labelled else PRINTED_DIN).fullmatch(compact)
    if match is None:
        return None
    only_digits = match["din"].isdecimal()
    match din_check(match):
        case "right":
            return None if only_digits and match["flags"] else match
        case "wrong":
            return None if only_digits else match
        case "absent":
            return match if compact[0].isalpha() else None


def _container(flags: str | None) -> str:
    """The flags of a DIN if they tell its container, which those of the whole donation and those of a check do not."""
    return "" if flags in (None, WHOLE_DONATION) or _holds_check(flags) else flags


def _holds_check(flags: str) -> bool:
    return flags.isdecimal() and FIRST_CHECK_FLAG <= int(flags) < FIRST_CHECK_FLAG + len(ALPHABET)


def one_spelling(printed: str, *, labelled: bool = False) -> str:
    """The same text for every spelling of an identifier; empty where none stands; `labelled` if its label says DIN.

    A number whose check is wrong is another one than that of which it may be a misreading.
    """
    text = unprefixed(printed)
    if names_nobody(text):
        return ""
    number = number_in(text, labelled=labelled)
    return number.value if number and number.check != "wrong" else text


def unprefixed(code: str) -> str:
    """A scanned code without line ends and without the symbology prefix that some scanners send."""
    text = code.strip("\r\n\t ")
    prefix = next((each for each in TABLE["aim_prefixes"] if text.startswith(each)), "")
    return text.removeprefix(prefix)


def in_capitals(compact: str) -> bool:
    """Whether a text with small letters would be a GRID or DIN in capitals, one whose check then fits."""
    text = compact.upper()
    if text == compact:
        return False
    if GRID_FORM.fullmatch(text):
        return grid_check(text) == "right"
    match = printed_din(text)
    return match is not None and din_check(match) == "right"


def check_value(body: str) -> int:
    """The ISO/IEC 7064 MOD 37-2 check value of `body`, 0 to 36; 36 is written `*`."""
    return ALPHABET.index(mod_37_2.calc_check_digit(body))


def grid_check(grid: str) -> Check:
    """Whether the last two digits of a GRID are the check of the 17 characters before."""
    return "right" if int(grid[17:]) == check_value(grid[:17]) else "wrong"


def din_check(match: re.Match[str]) -> Check:
    """Whether the check character and the check flags of a DIN are right; flags below 60 hold no check."""
    groups = match.groupdict()
    found = [ALPHABET.index(groups["check"])] if groups.get("check") else []
    flags = groups.get("flags") or ""
    if _holds_check(flags):
        found.append(int(flags) - FIRST_CHECK_FLAG)
    if not found:
        return "absent"
    return "right" if set(found) == {check_value(match["din"])} else "wrong"
