"""Codes of what was measured: LOINC, the local items of a collection run (99APH), or the printed label.

A LOINC code that the instrument printed itself wins if its check digit is right. Else the label decides, or else the
code beside it (`WBC^Leukocytes`), if it stands in the table letter for letter but for case. Laboratories print one
label for a count, a share and a dose of the same cells, so of the codes of a label the first is taken that is counted
in a unit of the printed one's kind. Else the label is kept.
"""

from functools import cache, lru_cache
from typing import Literal, NamedTuple

import msgspec

from parsers.loinc import is_loinc
from pipeline.normalise.records import Flag
from pipeline.normalise.specimens import Specimen
from pipeline.normalise.tables import rows
from pipeline.normalise.units import scale


class Coded(msgspec.Struct, frozen=True):
    """A code in its system, with any doubt about it.

    `units` are those that the quantity is counted in: the one of its code, or those of all codes of a label where none
    of them goes with the printed unit; empty where nothing is known.
    """

    code: str
    system: Literal["LN", "99APH", "L"]
    flags: tuple[Flag, ...] = ()
    units: tuple[str, ...] = ()


class Meaning(NamedTuple):
    """What a label may stand for: a LOINC code, its unit, and the specimen that it is of if it is of one alone."""

    loinc: str
    unit: str
    specimen: str


@cache
def labels() -> dict[str, tuple[Meaning, ...]]:
    """Label, case-folded, to what it may stand for, the likeliest first."""
    found: dict[str, tuple[Meaning, ...]] = {}
    for row in rows("loinc_observations.csv"):
        label = row["label"].casefold()
        found[label] = (*found.get(label, ()), Meaning(row["loinc"], row["ucum"], row["specimen"]))
    return found


@cache
def units_of_codes() -> dict[str, tuple[str]]:
    """LOINC to the one unit that the quantity is counted in."""
    return {each.loinc: (each.unit,) for meanings in labels().values() for each in meanings}


@cache
def collection_items() -> dict[str, dict[str, str]]:
    """The items of a collection run: unit, volume basis and title by code."""
    return {row["item"]: row for row in rows("aph_items.csv")}


@lru_cache(maxsize=10_000)
def observation_code(
    label: str,
    printed_code: str = "",
    printed_system: str = "",
    unit: str | None = None,
    specimen: Specimen = "unknown",
) -> Coded:
    """The code of a measured value, from the printed code or else from its label and, if it is known, its UCUM unit."""
    if is_loinc(printed_code):
        return Coded(printed_code, "LN", units=units_of_codes().get(printed_code, ()))
    if printed_system == "99APH" and printed_code in collection_items():
        return Coded(printed_code, "99APH")
    doubt: tuple[Flag, ...] = ()
    if printed_system == "LN":
        doubt = (Flag("bad_loinc", printed_code, "called LOINC, but the check digit is wrong; the label was used"),)
    known = labels().get(label.strip().casefold()) or labels().get(printed_code.strip().casefold()) or ()
    known = tuple(each for each in known if each.specimen in ("", specimen))
    for each in known:
        if unit is None or is_counted_in(each.unit, unit):
            return Coded(each.loinc, "LN", doubt, (each.unit,))
    if known:
        return Coded(printed_code or label, "L", doubt, tuple([each.unit for each in known]))
    own = Flag("unknown_code", label, "no code is known for this label; it is kept as printed", "info")
    return Coded(printed_code or label, "L", (*doubt, own))


def is_counted_in(counted: str, unit: str) -> bool:
    """Whether what is counted in one unit may be written in another."""
    return scale(unit, counted) is not None


def collection_code(item: str) -> Coded:
    """The code of an item of a collection run."""
    if item in collection_items():
        return Coded(item, "99APH")
    return Coded(item, "L", (Flag("unknown_code", item, "not in config/codes/aph_items.csv", "info"),))
