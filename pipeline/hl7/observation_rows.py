"""Measured values as rows: NM where the printed text is the number, SN where a comparator stands before it, else TX.

A unit is UCUM or empty. A status that says nothing of HL7's table 0085, or none, becomes R (entered, not verified),
because nobody has said that the value is final; where the sender itself said R, a companion says so. A printed status
in other letters stands in another companion: they mean what they mean in their own format. So does the sub-id by which
the report told values of one code apart: OBX-4 is ours, and joins companions to their value.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Literal, get_args

from parsers.canonical_marks import UNVERIFIED
from parsers.records import VolumeBasis
from pipeline.hl7.rows import Row, Rows, attributes
from pipeline.hl7.timestamps import exact, to_iso
from pipeline.normalise.records import NormalObservation

System = Literal["LN", "99APH", "L"]

SYSTEMS: dict[str, System] = {each: each for each in get_args(System)}
BASES: dict[str, VolumeBasis] = {each: each for each in get_args(VolumeBasis)}

_NUMBER = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?")
_COMPARATORS = frozenset({"<", ">", "<=", ">=", "="})


def observation_rows(values: Iterable[NormalObservation], section: str = "", device: str = "") -> Iterator[Row]:
    """The rows of every value; the sub-id is its place, behind the section's number if there is one."""
    for number, value in enumerate(values, start=1):
        yield from _rows_of(value, f"{section}{number}", device)


def reading_rows(readings: Iterable[NormalObservation], section: str) -> Iterator[Row]:
    """The rows of readings over time; what was read at one moment shares the first part of the sub-id."""
    for moment, (_, values) in enumerate(groupby(readings, key=lambda each: each.time), start=1):
        yield from observation_rows(values, f"{section}{moment}.")


def _rows_of(value: NormalObservation, sub_id: str, device: str) -> Iterator[Row]:
    kind, components = _typed(value)
    stamp = exact(value.time or "")
    yield Row(
        kind,
        (value.code, value.label, value.system),
        sub_id,
        components,
        unit=value.unit or "",
        reference_range=value.reference_range,
        flags=value.analyser_flags,
        status=value.hl7_status or UNVERIFIED,
        time=stamp,
        device=device,
        notes=value.flags,
        comments=value.comments,
    )
    yield from attributes(
        sub_id,
        NUMBER=repr(value.number) if kind == "TX" and value.number is not None else None,
        COMPARATOR=value.comparator if kind != "SN" else None,
        VOLUME_BASIS=value.volume_basis,
        SUB_ID=value.sub_id,
        STATUS=value.status if value.status != value.hl7_status else None,
        ENTERED=UNVERIFIED if value.hl7_status == UNVERIFIED else None,
        TIME=None if stamp else value.time,
    )


def _typed(value: NormalObservation) -> tuple[str, tuple[str, ...]]:
    digits = value.value.removeprefix(value.comparator)
    if value.number is None or not _NUMBER.fullmatch(digits) or float(digits) != value.number:
        return "TX", (value.value,)
    if digits == value.value:
        return "NM", (digits,)
    return ("SN", (value.comparator, digits)) if value.comparator in _COMPARATORS else ("TX", (value.value,))


def read_observations(results: Iterable[Row], found: Rows) -> tuple[NormalObservation, ...]:
    """The values that these rows were written from."""
    return tuple(_observation_of(row, found) for row in results)


def _observation_of(row: Row, found: Rows) -> NormalObservation:
    number, comparator = _number_of(row, found)
    stated = found.text("ENTERED", row.sub_id) if row.status == UNVERIFIED else row.status
    return NormalObservation(
        label=row.code[1],
        code=row.code[0],
        system=SYSTEMS[row.code[2]],
        value="".join(row.value),
        number=number,
        comparator=comparator,
        unit=row.unit or None,
        volume_basis=BASES.get(found.text("VOLUME_BASIS", row.sub_id)),
        time=to_iso(row.time) or found.attribute("TIME", row.sub_id),
        status=found.text("STATUS", row.sub_id) or stated,
        hl7_status=stated,
        analyser_flags=row.flags,
        reference_range=row.reference_range,
        sub_id=found.text("SUB_ID", row.sub_id),
        comments=row.comments,
        flags=row.notes,
    )


def _number_of(row: Row, found: Rows) -> tuple[float | None, str]:
    if row.kind == "SN":
        return float(row.value[1]), row.value[0]
    number = row.value[0] if row.kind == "NM" else found.attribute("NUMBER", row.sub_id)
    return float(number) if number is not None else None, found.text("COMPARATOR", row.sub_id)
