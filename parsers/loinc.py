"""LOINC codes: their check digit, and which of them name the typing of an HLA locus.

The digit behind the hyphen is the Luhn check digit (modulus 10) of the digits before it. Codes with a wrong check
digit are met in the field (57290-1 for 57290-9) and are local codes to us, not LOINC. So are numbers of one or two
digits (`1-8`): as LOINC they are susceptibilities, which nobody sends here, and analysers count their channels so.
"""

import re
from typing import NamedTuple

from parsers.code_tables import code_rows
from parsers.remembered import remembered

_SHAPE = re.compile(r"([0-9]{3,7})-([0-9])")


class HlaCode(NamedTuple):
    """What an HLA code of LOINC stands for; a code that may carry any locus has none of its own."""

    code: str
    locus: str
    resolution: str
    preferred: bool


@remembered
def is_loinc(code: str) -> bool:
    """Whether a code has the shape of LOINC and the right check digit."""
    found = _SHAPE.fullmatch(code)
    return found is not None and check_digit(found[1]) == int(found[2])


def check_digit(digits: str) -> int:
    """The Luhn check digit of a number, written as decimal digits."""
    doubled = (int(digit) * (2 - place % 2) for place, digit in enumerate(reversed(digits)))
    return -sum(value // 10 + value % 10 for value in doubled) % 10


HLA = {
    row["code"]: HlaCode(row["code"], row["locus"], row["resolution"], row["preferred"] == "yes")
    for row in code_rows("loinc_hla.csv")
}
"""The table config/codes/loinc_hla.csv by code."""

LOCUS_CODES = {each.code: each for each in HLA.values() if each.locus}
GENOTYPE, GENE, REPORT = (
    next(each.code for each in HLA.values() if each.resolution == use) for use in ("genotype", "gene", "report")
)
