"""Printed units in UCUM. The map is exact: a unit that is not in the table has no meaning here.

A spelling is only mapped to a unit that is numerically equal (`K/uL` is `10*9/L`), so no number is ever rescaled.
config/codes/unit_kinds.csv says which units are of one kind; one that does not stand there is a kind by itself.
"""

from functools import cache

from pipeline.normalise.records import Flag
from pipeline.normalise.tables import rows


@cache
def spellings() -> dict[tuple[str, str], str]:
    """(printed spelling, item it is limited to or nothing) to UCUM."""
    return {(row["printed"], row["item"]): row["ucum"] for row in rows("ucum.csv")}


def ucum(printed: str, item: str = "") -> str | None:
    """The UCUM unit of a printed one; `item` is the code of the quantity, for spellings that mean it only there."""
    known = spellings()
    text = printed.strip()
    return known.get((text, item)) or known.get((text, ""))


def read_unit(printed: str, item: str = "") -> tuple[str | None, tuple[Flag, ...]]:
    """The UCUM unit and, if there is a unit but no meaning for it, the flag."""
    if not printed.strip():
        return None, ()
    unit = ucum(printed, item)
    if unit is None:
        return None, (Flag("unknown_unit", printed, "this spelling of a unit is not in config/codes/ucum.csv"),)
    return unit, ()


@cache
def kinds() -> dict[str, tuple[str, float]]:
    """UCUM to the kind of quantity that a unit is of, and how many of the kind's first unit it is."""
    return {row["ucum"]: (row["kind"], float(row["times"])) for row in rows("unit_kinds.csv")}


def scale(unit: str, other: str) -> float | None:
    """How many of `other` one `unit` is; None if they are of different kinds."""
    if unit == other:
        return 1.0
    (kind, times), (other_kind, other_times) = (kinds().get(each, (each, 1.0)) for each in (unit, other))
    return times / other_times if kind == other_kind else None


def units_of_the_kind(unit: str) -> tuple[str, ...]:
    """The units that a quantity counted in `unit` may be written in, that one first."""
    return (unit, *(other for other in kinds() if other != unit and scale(other, unit) is not None))
