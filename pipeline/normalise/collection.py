"""A run of a cell separator in registry language, its values held against each other.

"Inlet" counts blood and anticoagulant, "whole blood processed" blood only; at a ratio of 12:1 they differ by 8 %.
Every volume keeps its basis, and where a run states both they must agree: inlet = whole blood + anticoagulant, and
anticoagulant = inlet / ratio (Spectra Optia and COBE Spectra manuals). Nothing is corrected: a run that contradicts
itself is stored with the flag. A run that states the impossible is not stored at all (see `refuse_impossible`).
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Literal

from parsers.errors import ParseError
from parsers.records import Alarm, CollectionReport, Finding, Quantity, Reading
from pipeline.normalise.codes import collection_code, collection_items
from pipeline.normalise.findings import flags_of
from pipeline.normalise.identifiers import read_identifier
from pipeline.normalise.numbers import Number, read_number
from pipeline.normalise.observations import unit_of
from pipeline.normalise.ranges import is_impossible, possible, range_flags
from pipeline.normalise.records import Flag, NormalCollection, NormalObservation
from pipeline.normalise.tables import settings
from pipeline.normalise.times import after, read_time

RUN_TIME = "RUN_TIME_MIN"
CUT_SHORT = "run_not_completed"


def normalise_collection(report: CollectionReport) -> NormalCollection:
    """The run in registry language."""
    started, start_doubts = read_time(report.started)
    ended, end_doubts = read_time(report.ended)
    cut_short = any(each.code == CUT_SHORT for each in report.findings)
    finals = tuple(_value(each, None, _doubts_of(each, report.findings), cut_short) for each in report.finals)
    return NormalCollection(
        sample=read_identifier(report.sample),
        subject=read_identifier(report.subject) if report.subject else None,
        report_id=report.report_id,
        procedure=report.procedure,
        device=report.device,
        device_serial=report.device_serial,
        software=report.software,
        started=started,
        ended=ended,
        readings=tuple(_readings(report.readings, started)),
        finals=finals,
        alarms=tuple(map(_alarm_text, report.alarms)),
        flags=(
            *start_doubts,
            *end_doubts,
            *_time_flags(started, ended, cut_short),
            *agreement_flags(finals),
            *flags_of(report.findings),
        ),
    )


def _readings(readings: tuple[Reading, ...], started: str | None) -> Iterator[NormalObservation]:
    earlier = started
    for reading in readings:
        time, doubts = after(reading.time, earlier)
        earlier = time or earlier
        for each in reading.values:
            yield _value(each, time, doubts)


def _doubts_of(printed: Quantity, findings: tuple[Finding, ...]) -> tuple[Flag, ...]:
    """What the reader found odd about this item: whoever uses the value alone must see it."""
    return flags_of(each for each in findings if each.locus == printed.item)


def _value(
    printed: Quantity, time: str | None, other_doubts: tuple[Flag, ...], cut_short: bool = False
) -> NormalObservation:
    coded = collection_code(printed.item)
    unit, unit_doubts = unit_of(printed.unit, printed.item)
    value = read_number(printed.value)
    doubts = (*_unit_flags(printed, unit), *range_flags(coded.code, unit, value, printed.value, cut_short=cut_short))
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


def _unit_flags(printed: Quantity, unit: str | None) -> Iterator[Flag]:
    expected = collection_items().get(printed.item, {}).get("ucum")
    if unit and expected and unit != expected:
        yield Flag("unit_differs", printed.unit, f"{printed.item} is counted in {expected}", "error")


def _alarm_text(alarm: Alarm) -> str:
    return " ".join(part for part in (alarm.time, alarm.code, alarm.text) if part)


def _time_flags(started: str | None, ended: str | None, cut_short: bool) -> Iterator[Flag]:
    if not started or not ended:
        return
    begin, end = datetime.fromisoformat(started), datetime.fromisoformat(ended)
    if (begin.tzinfo is None) != (end.tzinfo is None):
        return
    if end < begin:
        yield Flag("ends_before_start", ended, "the run ends before it starts", "error")
    elif "T" in started and "T" in ended:  # days alone tell no minutes
        minutes = (end - begin).total_seconds() / 60
        yield from range_flags(
            RUN_TIME, "min", Number(minutes), f"{minutes:g} min from start to end", cut_short=cut_short
        )


def refuse_impossible(run: NormalCollection) -> None:
    """Raises ParseError if a final value, or the time from start to end, is outside of what is possible.

    A slip of hand or unit in the volume of a product is a wrong dose, so such a run waits for a person. Readings only
    carry the flag: a pump that stands still for a moment is no wrong run.
    """
    found = [f"{each.label} {each.value} {each.unit}" for each in run.finals if any(map(is_impossible, each.flags))]
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


def agreement_flags(finals: tuple[NormalObservation, ...]) -> Iterator[Flag]:
    """The contradictions between the final volumes of a run, as far as it states them in mL."""
    allowed = settings("ranges.toml")["agreement"]
    stated = {each.code: each.number for each in finals if each.unit in ("mL", "{ratio}") and not each.comparator}
    inlet, blood = stated.get("INLET_VOL_ML"), stated.get("WB_PROCESSED_ML")
    anticoagulant, ratio = stated.get("AC_USED_ML"), stated.get("INLET_AC_RATIO")
    if inlet and blood and anticoagulant:
        text = "inlet volume and whole blood with anticoagulant"
        yield from _difference("volumes_differ", text, inlet, blood + anticoagulant, allowed["inlet_and_parts"])
    if inlet and anticoagulant and ratio:
        text = "anticoagulant used and inlet volume by the ratio"
        yield from _difference(
            "anticoagulant_differs", text, anticoagulant, inlet / ratio, allowed["anticoagulant_and_ratio"]
        )


def _difference(code: str, text: str, stated: float, expected: float, percent: float) -> Iterator[Flag]:
    if abs(stated - expected) > expected * percent / 100:
        message = f"{text} differ by more than {percent:g} %: {stated:.0f} mL and {expected:.0f} mL"
        yield Flag(code, f"{stated:g}", message)
