"""A run of a cell separator in registry language.

Every volume keeps its basis, blood with or without anticoagulant. A run that contradicts itself is stored with the flag
(see `agreement`). A run that states the impossible is not stored at all (see `refuse_impossible`).
"""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Literal

from parsers.errors import ParseError
from parsers.records import Alarm, CollectionReport, Finding, Printed, Quantity, Reading
from pipeline.normalise.agreement import agreement_flags
from pipeline.normalise.codes import collection_code, collection_items
from pipeline.normalise.findings import flags_of
from pipeline.normalise.identifiers import read_identifier, read_subject
from pipeline.normalise.numbers import Number, read_number, shows_commas
from pipeline.normalise.observations import unit_of
from pipeline.normalise.ranges import is_impossible, possible, range_flags, unitless_flags
from pipeline.normalise.records import Flag, NormalCollection, NormalObservation
from pipeline.normalise.times import after, read_time

RUN_TIME = "RUN_TIME_MIN"
CUT_SHORT = "run_not_completed"
RATIO = "{ratio}"
RATIO_TO_ONE = re.compile(r"([0-9][0-9.,]*) ?: ?1(?:[.,]0+)?")
ONE_TO_RATIO = re.compile(r"1 ?: ?[0-9]+(?:[.,][0-9]+)?")


def normalise_collection(report: CollectionReport) -> NormalCollection:
    """The run in registry language."""
    started, start_doubts = read_time(report.started)
    ended, end_doubts = read_time(report.ended)
    cut_short = any(each.code == CUT_SHORT for each in report.findings)
    commas = _shows_commas(report)
    finals = tuple(_value(each, None, _doubts_of(each, report.findings), commas, cut_short) for each in report.finals)
    return NormalCollection(
        sample=read_identifier(report.sample, labelled=True),
        subject=read_subject(report.subject, report.sample),
        report_id=report.report_id,
        procedure=report.procedure,
        device=report.device,
        device_serial=report.device_serial,
        software=report.software,
        started=started,
        ended=ended,
        readings=tuple(_readings(report.readings, started, ended, commas)),
        finals=finals,
        alarms=tuple(map(_alarm_text, report.alarms)),
        flags=(
            *start_doubts,
            *end_doubts,
            *_time_flags(started, ended, cut_short),
            *_missing_flags(report),
            *agreement_flags(finals, _minutes(started, ended)),
            *flags_of(report.findings),
            *_unmapped_flags(report.unmapped),
        ),
    )


def _shows_commas(report: CollectionReport) -> bool:
    quantities = (*report.finals, *(each for reading in report.readings for each in reading.values))
    return shows_commas(each.value for each in quantities)


def _readings(
    readings: tuple[Reading, ...], started: str | None, ended: str | None, commas: bool
) -> Iterator[NormalObservation]:
    earlier = started
    for reading in readings:
        time, doubts = after(reading.time, earlier)
        earlier = time or earlier
        doubts = (*doubts, *_outside_flags(reading.time, time, started, ended))
        for each in reading.values:
            yield _value(each, time, doubts, commas)


def _outside_flags(printed: str, time: str | None, started: str | None, ended: str | None) -> Iterator[Flag]:
    """The doubt about a reading from before the start or after the end, which are printed to the minute."""
    before, behind = _minutes(time, started), _minutes(ended, time)
    if (before is not None and before >= 1) or (behind is not None and behind >= 1):
        yield Flag("outside_of_run", printed, "read before the run starts or after it ends")


def _doubts_of(printed: Quantity, findings: tuple[Finding, ...]) -> tuple[Flag, ...]:
    """What the reader found odd about this item: whoever uses the value alone must see it."""
    return flags_of(each for each in findings if each.locus == printed.item)


def _value(
    printed: Quantity, time: str | None, other_doubts: tuple[Flag, ...], commas: bool, cut_short: bool = False
) -> NormalObservation:
    coded, expected = collection_code(printed.item), _expected_unit(printed.item)
    unit, unit_doubts = unit_of(printed.unit, printed.item)
    if unit is None and not printed.unit and expected.startswith("{"):
        unit = expected  # multiples and ratios need no unit beside them
    value = _number_of(printed, expected, commas)
    doubts = (*_unit_flags(printed, unit), *_range_flags(printed, unit, value, cut_short))
    return NormalObservation(
        label=printed.label,
        code=coded.code,
        system=coded.system,
        value=printed.value,
        number=value.number,
        comparator=value.comparator,
        unit=unit,
        volume_basis=printed.volume_basis or _basis_of(printed.item),
        time=time,
        flags=(*coded.flags, *unit_doubts, *value.flags, *doubts, *other_doubts),
    )


def _basis_of(item: str) -> Literal["whole_blood", "inlet"] | None:
    stated = collection_items().get(item, {}).get("volume_basis")
    return "whole_blood" if stated == "whole_blood" else "inlet" if stated == "inlet" else None


def _expected_unit(item: str) -> str:
    """The unit that an item is counted in; empty for one that has none or is not known."""
    return collection_items().get(item, {}).get("ucum", "")


def _number_of(printed: Quantity, expected: str, commas: bool) -> Number:
    """The number of a value; a flag where an item that is counted has none."""
    text = printed.value.strip()
    if expected == RATIO:
        if match := RATIO_TO_ONE.fullmatch(text):
            return read_number(match[1], printed.decimal, beside_commas=commas)
        if ONE_TO_RATIO.fullmatch(text):
            message = "written as one part of anticoagulant to so many; whether those are blood or inlet is not said"
            return Number(flags=(Flag("inverse_ratio", printed.value, message),))
    value = read_number(printed.value, printed.decimal, beside_commas=commas)
    if not expected or value.number is not None or value.flags:
        return value
    return Number(
        flags=(Flag("unreadable_number", printed.value, f"{printed.item} is counted, and this is no number"),)
    )


def _unit_flags(printed: Quantity, unit: str | None) -> Iterator[Flag]:
    expected = _expected_unit(printed.item)
    if unit and expected and unit != expected:
        yield Flag("unit_differs", printed.unit, f"{printed.item} is counted in {expected}", "error")
    if unit is None and expected and not printed.unit:
        yield Flag("no_unit", printed.value, f"{printed.item} is counted in {expected}, and no unit is printed")


def _range_flags(printed: Quantity, unit: str | None, value: Number, cut_short: bool) -> tuple[Flag, ...]:
    """A value without a unit is impossible if it is so in every unit of its kind."""
    if unit is not None or printed.unit.strip():
        return range_flags(printed.item, unit, value, printed.value, cut_short=cut_short)
    return unitless_flags(printed.item, value, printed.value, cut_short=cut_short)


def _unmapped_flags(unmapped: tuple[Printed, ...]) -> Iterator[Flag]:
    for each in unmapped:
        message = "the profile maps this label to no item; what is printed there is kept beside the run"
        yield Flag("unmapped_label", each.label, message, "info")


def _alarm_text(alarm: Alarm) -> str:
    return " ".join(part for part in (alarm.time, alarm.code, alarm.text) if part)


def _minutes(started: str | None, ended: str | None) -> float | None:
    """Minutes from start to end; None where one of them is a day without a time, or only one of them has a zone."""
    if not started or not ended or "T" not in started or "T" not in ended:
        return None
    begin, end = datetime.fromisoformat(started), datetime.fromisoformat(ended)
    same_clock = (begin.tzinfo is None) == (end.tzinfo is None)
    return (end - begin).total_seconds() / 60 if same_clock else None


def _time_flags(started: str | None, ended: str | None, cut_short: bool) -> Iterator[Flag]:
    minutes = _minutes(started, ended)
    if started and ended and (ended[:10] < started[:10] if minutes is None else minutes < 0):
        yield Flag("ends_before_start", ended, "the run ends before it starts", "error")
    elif minutes is not None:
        text = f"{minutes:g} min from start to end"
        yield from range_flags(RUN_TIME, "min", Number(minutes), text, cut_short=cut_short)


def _missing_flags(report: CollectionReport) -> Iterator[Flag]:
    """The doubt about a run that does not say when it began or what it came to."""
    if not report.started.strip():
        yield Flag("no_start", "", "the run states no start: nobody can tell it from another one of this sample")
    if not report.finals:
        beside = "its readings alone are kept" if report.readings else "nor a reading"
        yield Flag("no_final_value", "", f"the run states no final value; {beside}")


def _printed(value: NormalObservation) -> str:
    return f"{value.label} {value.value} {value.unit or 'without a unit'}"


def refuse_impossible(run: NormalCollection) -> None:
    """Raises ParseError if a final value, or the time from start to end, is outside of what is possible.

    A slip of hand or unit in the volume of a product is a wrong dose, so such a run waits for a person. Readings only
    carry the flag: a pump that stands still for a moment is no wrong run.
    """
    found = [_printed(each) for each in run.finals if any(map(is_impossible, each.flags))]
    items = [each.code for each in run.finals if any(map(is_impossible, each.flags))]
    found += [each.token for each in run.flags if is_impossible(each)]
    items += [RUN_TIME for each in run.flags if is_impossible(each)]
    if found:
        raise ParseError(
            "this run states what is not possible",
            found="; ".join(found),
            where=f"the run that began {run.started}" if run.started else "",
            expected="; ".join(f"{item} {possible(item)}" for item in items),
            advice="Correct the value where it comes from and send the run again. If it is right, have the limit in "
            "config/codes/ranges.toml changed, and then put this receipt back with `graftline quarantine resubmit`.",
        )
