"""What stands in a table where an id should and is none, as config/codes/no_sample_cells.toml lists it."""

import re

import msgspec

from parsers.code_tables import settings


class NoSample(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A kind of cell that is no id: what it is, how it is known, and what to do."""

    what: str
    pattern: str
    advice: str


LISTED = msgspec.convert(settings("no_sample_cells.toml")["cell"], tuple[NoSample, ...])
ANY = re.compile("|".join(f"({each.pattern})" for each in LISTED), re.IGNORECASE)


def no_sample(cell: str) -> NoSample | None:
    """What a cell is if it is no id; None if it may be one."""
    if not ANY.fullmatch(cell):
        return None
    return next(each for each in LISTED if re.fullmatch(each.pattern, cell, re.IGNORECASE))
