"""Plausible ranges: a value outside of one is flagged, never changed or dropped."""

from functools import cache

import msgspec

from pipeline.normalise.numbers import Number
from pipeline.normalise.records import Flag
from pipeline.normalise.tables import settings


class Limits(msgspec.Struct, frozen=True):
    """A plausible range of a quantity in one unit."""

    unit: str
    hard: tuple[float, float]
    soft: tuple[float, float] | None = None


@cache
def limits() -> dict[str, Limits]:
    """The plausible range of every code that has one."""
    return msgspec.convert(settings("ranges.toml")["codes"], dict[str, Limits])


def range_flags(code: str, unit: str | None, value: Number, text: str) -> tuple[Flag, ...]:
    """The flag of a number outside its plausible range; none without a range, a number, or in another unit."""
    known = limits().get(code)
    if known is None or known.unit != unit or value.number is None or value.comparator:
        return ()
    low, high = known.hard
    if not low <= value.number <= high:
        return (Flag("out_of_range", text, f"{code} is possible from {low:g} to {high:g} {unit}", "error"),)
    if known.soft and not known.soft[0] <= value.number <= known.soft[1]:
        low, high = known.soft
        return (Flag("out_of_range", text, f"{code} is usual from {low:g} to {high:g} {unit}"),)
    return ()
