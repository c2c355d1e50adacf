"""Codes of what was measured: LOINC, the local items of a collection run (99APH), or the printed label.

A LOINC code that the instrument printed itself wins if its check digit is right. Else the label decides, or else the
code beside it (`WBC^Leukocytes`), if it stands in the table letter for letter but for case. Else the label is kept.
"""

from functools import cache, lru_cache
from typing import Literal

import msgspec

from parsers.loinc import is_loinc
from pipeline.normalise.records import Flag
from pipeline.normalise.tables import rows


class Coded(msgspec.Struct, frozen=True):
    """A code in its system, with any doubt about it."""

    code: str
    system: Literal["LN", "99APH", "L"]
    flags: tuple[Flag, ...] = ()


@cache
def labels() -> dict[str, str]:
    """Label, case-folded, to LOINC."""
    return {row["label"].casefold(): row["loinc"] for row in rows("loinc_observations.csv")}


@cache
def collection_items() -> dict[str, dict[str, str]]:
    """The items of a collection run: unit, volume basis and title by code."""
    return {row["item"]: row for row in rows("aph_items.csv")}


@lru_cache(maxsize=10_000)
def observation_code(label: str, printed_code: str = "", printed_system: str = "") -> Coded:
    """The code of a measured value, from the printed code or else from its label."""
    if is_loinc(printed_code):
        return Coded(printed_code, "LN")
    if printed_system == "99APH" and printed_code in collection_items():
        return Coded(printed_code, "99APH")
    doubt: tuple[Flag, ...] = ()
    if printed_system == "LN":
        doubt = (Flag("bad_loinc", printed_code, "called LOINC, but the check digit is wrong; the label was used"),)
    known = labels().get(label.strip().casefold()) or labels().get(printed_code.strip().casefold())
    if known:
        return Coded(known, "LN", doubt)
    own = Flag("unknown_code", label, "no code is known for this label; it is kept as printed", "info")
    return Coded(printed_code or label, "L", (*doubt, own))


def is_counted(coded: Coded) -> bool:
    """Whether this is the LOINC code of a quantity that has a unit: all those of the labels have."""
    return coded.system == "LN" and coded.code in _quantities()


@cache
def _quantities() -> frozenset[str]:
    return frozenset(labels().values())


def collection_code(item: str) -> Coded:
    """The code of an item of a collection run."""
    if item in collection_items():
        return Coded(item, "99APH")
    return Coded(item, "L", (Flag("unknown_code", item, "not in config/codes/aph_items.csv", "info"),))
