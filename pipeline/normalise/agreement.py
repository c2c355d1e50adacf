"""The final values of a collection run held against each other. Nothing is corrected; what does not agree is flagged.

"Inlet" counts blood and anticoagulant, "whole blood processed" blood only; at a ratio of 12:1 they differ by 8 %. With
R the inlet to anticoagulant ratio (Spectra Optia and COBE Spectra manuals):

    inlet = whole blood + anticoagulant = whole blood x R / (R - 1)
    anticoagulant used, less what primed the set = inlet / R = what went to the donor + what is in the bags
    product volume by the device = product volume by the laboratory = net weight / density

How far each may be off stands in config/codes/ranges.toml.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache

from parsers.code_tables import settings
from pipeline.normalise.records import Flag, NormalObservation, Severity

COUNTED = ("mL", "g", "min", "{ratio}")
"""The units in which the values that are compared are counted."""

Stated = Mapping[str, float]


def agreement_flags(finals: Iterable[NormalObservation], minutes: float | None = None) -> tuple[Flag, ...]:
    """The contradictions between the final values of a run that took `minutes` from its start to its end."""
    stated = {
        each.code: each.number
        for each in finals
        if each.unit in COUNTED and each.number is not None and not each.comparator
    }
    return (
        *_inlet_flags(stated),
        *_anticoagulant_flags(stated),
        *_parts_flags(stated),
        *_product_flags(stated),
        *_time_flags(stated, minutes),
    )


@cache
def _allowed() -> dict[str, float]:
    return dict(settings("ranges.toml")["agreement"])


def _inlet_flags(stated: Stated) -> Iterator[Flag]:
    """Inlet volume against whole blood, with the anticoagulant as it is stated, or else by the ratio."""
    inlet, blood = stated.get("INLET_VOL_ML"), stated.get("WB_PROCESSED_ML")
    anticoagulant, ratio = stated.get("AC_USED_ML"), stated.get("INLET_AC_RATIO", 0)
    if not inlet or not blood:
        return
    if anticoagulant:
        parts = blood + anticoagulant - stated.get("AC_PRIME_ML", 0)
        text = "inlet volume and whole blood with anticoagulant"
    elif ratio > 1:
        parts = blood * ratio / (ratio - 1)
        text = "inlet volume and whole blood with anticoagulant by the ratio"
    else:
        if inlet <= blood:
            message = (
                f"inlet volume holds anticoagulant beside whole blood and is not larger: {inlet:g} and {blood:g} mL"
            )
            yield Flag("volumes_differ", f"{inlet:g}", message)
        return
    yield from _difference("volumes_differ", text, inlet, parts, _allowed()["inlet_and_parts"])


def _anticoagulant_flags(stated: Stated) -> Iterator[Flag]:
    """Anticoagulant used against inlet volume by the ratio; priming is left out."""
    inlet, used, ratio = stated.get("INLET_VOL_ML"), stated.get("AC_USED_ML"), stated.get("INLET_AC_RATIO")
    if inlet and used and ratio:
        text, used = "anticoagulant used and inlet volume by the ratio", used - stated.get("AC_PRIME_ML", 0)
        percent = _allowed()["anticoagulant_and_ratio"]
        yield from _difference("anticoagulant_differs", text, used, inlet / ratio, percent)


def _parts_flags(stated: Stated) -> Iterator[Flag]:
    """Anticoagulant used against where it went; the bags alone are only a part of it."""
    used, donor = stated.get("AC_USED_ML"), stated.get("AC_TO_DONOR_ML")
    bags = stated.get("AC_TO_PRODUCT_ML", 0) + stated.get("AC_TO_PLASMA_ML", 0)
    if used:
        text, used = "anticoagulant used and what became of it", used - stated.get("AC_PRIME_ML", 0)
        parts = max(bags, used) if donor is None else bags + donor
        yield from _difference("anticoagulant_differs", text, used, parts, _allowed()["anticoagulant_and_ratio"])


def _product_flags(stated: Stated) -> Iterator[Flag]:
    """The product's volume by the device against that by the laboratory, or else by its weight."""
    device, volume = stated.get("PRODUCT_VOL_DEVICE_ML"), stated.get("PRODUCT_VOL_LAB_ML")
    weight, allowed = stated.get("PRODUCT_NET_WEIGHT_G"), _allowed()
    true = volume or (weight and weight / allowed["product_g_per_ml"])
    if device and true:
        text, percent = "product volume by the device and by laboratory or scale", allowed["device_and_scale"]
        alarming = abs(device - true) > true * allowed["device_and_scale_alarm"] / 100
        severity: Severity = "error" if alarming else "warning"
        yield from _difference("product_volumes_differ", text, device, true, percent, severity)


def _time_flags(stated: Stated, minutes: float | None) -> Iterator[Flag]:
    """A run cannot take longer than from its start to its end; both are printed to the minute."""
    run = stated.get("RUN_TIME_MIN")
    if run and minutes is not None and run > minutes + 1:
        message = f"the run time is {run:g} min, and from start to end there are {minutes:g} min"
        yield Flag("run_time_differs", f"{run:g}", message)


def _difference(
    code: str, text: str, stated: float, expected: float, percent: float, severity: Severity = "warning"
) -> Iterator[Flag]:
    if abs(stated - expected) > expected * percent / 100:
        message = f"{text} differ by more than {percent:g} %: {stated:.0f} mL and {expected:.0f} mL"
        yield Flag(code, f"{stated:g}", message, severity)
