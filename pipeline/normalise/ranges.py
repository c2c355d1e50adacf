"""Plausible ranges: a value outside of one is flagged, never changed or dropped.

What is unusual is a warning, what is impossible an error; a collection run that states the impossible is refused.
"""

from functools import cache

import msgspec

from pipeline.normalise.numbers import Number
from pipeline.normalise.records import Flag, Severity
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


def range_flags(code: str, unit: str | None, value: Number, text: str, *, cut_short: bool = False) -> tuple[Flag, ...]:
    """The flag of a number outside its plausible range; none without a range, a number, or in another unit.

    Of a run that was `cut_short` no amount is too small to be true.
    """
    known = limits().get(code)
    if known is None or known.unit != unit or value.number is None or value.comparator:
        return ()
    low, high = known.hard
    if not low <= value.number <= high:
        severity: Severity = "warning" if cut_short and 0 <= value.number < low else "error"
        return (Flag("out_of_range", text, f"{code} is possible {possible(code)}", severity),)
    if known.soft and not known.soft[0] <= value.number <= known.soft[1]:
        low, high = known.soft
        return (Flag("out_of_range", text, f"{code} is usual from {low:g} to {high:g} {unit}"),)
    return ()


def possible(code: str) -> str:
    """The hard limits of a quantity that has them, in words."""
    known = limits()[code]
    return f"from {known.hard[0]:g} to {known.hard[1]:g} {known.unit}"


def is_impossible(flag: Flag) -> bool:
    """Whether a flag says that a value is outside of its hard limits."""
    return flag.code == "out_of_range" and flag.severity == "error"
