"""Plausible ranges: a value outside of one is flagged, never changed or dropped.

What is unusual is a warning, what is impossible an error; a collection run that states the impossible is refused.
"""

import math
from functools import cache

import msgspec

from parsers.code_tables import settings
from pipeline.normalise.numbers import Number
from pipeline.normalise.records import Flag, Severity
from pipeline.normalise.specimens import Specimen
from pipeline.normalise.units import scale, units_of_the_kind


class Range(msgspec.Struct, frozen=True):
    """What is possible, and within it what is usual."""

    hard: tuple[float, float]
    soft: tuple[float, float] | None = None


class Limits(Range, frozen=True, kw_only=True):
    """The plausible range of a quantity in one unit; with a range of products beside it, that of blood."""

    unit: str
    product: Range | None = None


@cache
def limits() -> dict[str, Limits]:
    """The plausible range of every code that has one."""
    return msgspec.convert(settings("ranges.toml")["codes"], dict[str, Limits])


def range_flags(
    code: str, unit: str | None, value: Number, text: str, *, cut_short: bool = False, specimen: Specimen = "unknown"
) -> tuple[Flag, ...]:
    """The flag of a number outside its plausible range; none without a range, a number, or a unit of its kind.

    Of a run that was `cut_short` no amount is too small to be true.
    """
    known = limits().get(code)
    number = _in_unit_of(known, unit, value) if known else None
    if known is None or number is None:
        return ()
    held = known.product if known.product and specimen == "product" else known
    if not _is_within(held.hard, number):
        in_product = bool(known.product and specimen == "unknown" and _is_within(known.product.hard, number))
        severity: Severity = "warning" if in_product or (cut_short and 0 <= number < held.hard[0]) else "error"
        which = "; the report does not say which this is" if in_product else ""
        return (Flag("out_of_range", text, f"{code} is possible {possible(code, specimen)}{which}", severity),)
    if held.soft and not _is_within(held.soft, number):
        return (Flag("out_of_range", text, f"{code} is usual {_span(held.soft, known.unit)}"),)
    return ()


def unitless_flags(
    code: str, value: Number, text: str, *, cut_short: bool = False, specimen: Specimen = "unknown"
) -> tuple[Flag, ...]:
    """The flag of a number without a unit that is impossible in every unit that its quantity may be counted in."""
    known = limits().get(code)
    units = units_of_the_kind(known.unit) if known else ()
    found = [range_flags(code, each, value, text, cut_short=cut_short, specimen=specimen) for each in units]
    return found[0] if found and all(any(map(is_impossible, each)) for each in found) else ()


def _in_unit_of(known: Limits, unit: str | None, value: Number) -> float | None:
    """The number in the unit of the limits; None if there is none, or one that is only bounded, or in no such unit."""
    times = scale(unit, known.unit) if unit else None
    return None if times is None or value.number is None or value.comparator else round(value.number * times, 9)


def _is_within(limit: tuple[float, float], number: float) -> bool:
    return limit[0] <= number <= limit[1]


def possible(code: str, specimen: Specimen = "unknown") -> str:
    """The hard limits of a quantity that has them, in words."""
    known = limits()[code]
    if known.product is None:
        return _span(known.hard, known.unit)
    blood = f"{_span(known.hard, known.unit)} in blood"
    product = f"{_span(known.product.hard, known.unit)} in a product"
    return {"blood": blood, "product": product}.get(specimen, f"{blood}, {product}")


def _span(limit: tuple[float, float], unit: str) -> str:
    return f"from {limit[0]:g}{f' to {limit[1]:g}' if math.isfinite(limit[1]) else ''} {unit}"


def is_impossible(flag: Flag) -> bool:
    """Whether a flag says that a value is outside of its hard limits."""
    return flag.code == "out_of_range" and flag.severity == "error"
