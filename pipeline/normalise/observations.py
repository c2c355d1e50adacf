"""Measured values in registry language: code, number, UCUM unit, time, each with its doubts."""

from collections.abc import Iterator
from functools import lru_cache

from msgspec.structs import replace

from parsers.records import Observation, ObservationReport
from parsers.result_statuses import hl7_status, is_final, says_no_result, status_finding
from pipeline.normalise.codes import Coded, is_counted_in, observation_code
from pipeline.normalise.findings import OF_AN_ORDER, flags_of, of_an_order
from pipeline.normalise.identifiers import read_identifier, read_subject
from pipeline.normalise.numbers import Number, read_number, shows_commas
from pipeline.normalise.ranges import range_flags, unitless_flags
from pipeline.normalise.records import Flag, NormalObservation, NormalObservations
from pipeline.normalise.repetitions import with_repetitions
from pipeline.normalise.scans import FORMAT as SCANS
from pipeline.normalise.scans import scanned
from pipeline.normalise.specimens import Specimen, specimen_of
from pipeline.normalise.times import read_time
from pipeline.normalise.units import read_unit

unit_of = lru_cache(maxsize=10_000)(read_unit)


def normalise_observations(report: ObservationReport) -> NormalObservations:
    """The results of one specimen in registry language; control material is not held against plausible ranges."""
    date, doubts = read_time(report.date)
    return NormalObservations(
        sample=read_identifier(report.sample),
        subject=read_subject(report.subject, report.sample, report.subject_assigner),
        report_id=report.report_id,
        device=report.device,
        date=date,
        quality_control=report.quality_control,
        observations=_observations(report),
        comments=report.comments,
        flags=doubts + flags_of(report.findings),
    )


def _observations(report: ObservationReport) -> tuple[NormalObservation, ...]:
    """Every value; what a report about nobody and nothing states (a balance's weights) is about many things."""
    if report.format == SCANS:
        return tuple(map(scanned, report.observations))
    specimen = specimen_of(report.properties)
    commas = shows_commas(each.value for each in report.observations)
    found = [_observation(each, report, specimen, commas) for each in report.observations]
    if any(each.code in OF_AN_ORDER for each in report.findings):
        found = [_under_order(each, report) for each in found]
    about = report.sample or report.subject or report.report_id or report.date
    return with_repetitions(found) if about else tuple(found)


def _under_order(value: NormalObservation, report: ObservationReport) -> NormalObservation:
    """The value with what is said of all its order."""
    shared = flags_of(of_an_order(report.findings, is_final=is_final(report.format, value.status)))
    return replace(value, flags=tuple(dict.fromkeys((*value.flags, *shared))))


def _observation(
    printed: Observation, report: ObservationReport, specimen: Specimen, commas: bool
) -> NormalObservation:
    unit, unit_doubts = unit_of(printed.unit)
    coded = observation_code(printed.label, printed.code, printed.system, unit, specimen)
    value = read_number(printed.value, beside_commas=commas)
    time, time_doubts = read_time(printed.time)
    return NormalObservation(
        label=printed.label,
        code=coded.code,
        system=coded.system,
        value=printed.value,
        number=value.number,
        comparator=value.comparator,
        unit=unit,
        time=time,
        status=printed.status,
        hl7_status=hl7_status(report.format, printed.status),
        analyser_flags=printed.flags,
        reference_range=printed.reference_range,
        sub_id=printed.sub_id,
        comments=printed.comments,
        flags=(
            *coded.flags,
            *unit_doubts,
            *value.flags,
            *_unit_flags(printed, coded, unit, value),
            *(() if report.quality_control else _range_flags(printed, coded, unit, value, specimen)),
            *time_doubts,
            *_value_flags(report.format, printed, coded, value),
            *_status_flags(report.format, printed),
        ),
    )


def _unit_flags(printed: Observation, coded: Coded, unit: str | None, value: Number) -> Iterator[Flag]:
    counted = " or ".join(coded.units)
    if counted and value.number is not None and not printed.unit.strip():
        yield Flag("no_unit", printed.value, f"{coded.code} is counted in {counted}, and no unit is printed")
    if counted and unit and not any(is_counted_in(each, unit) for each in coded.units):
        if coded.system == "LN":
            yield Flag("unit_differs", printed.unit, f"{coded.code} is counted in {counted}", "error")
        else:
            message = f"what is known by this label is counted in {counted}; the value is kept under the label"
            yield Flag("unit_differs", printed.unit, message)


def _range_flags(
    printed: Observation, coded: Coded, unit: str | None, value: Number, specimen: Specimen
) -> tuple[Flag, ...]:
    """A value without a unit is held against its range in every unit that it may be counted in."""
    if unit is not None or printed.unit.strip():
        return range_flags(coded.code, unit, value, printed.value, specimen=specimen)
    return unitless_flags(coded.code, value, printed.value, specimen=specimen)


def _value_flags(format_name: str, printed: Observation, coded: Coded, value: Number) -> Iterator[Flag]:
    """A doubt where a number should stand and does not, or nothing does and no flag (Sysmex: `Anemia`) says more."""
    if value.number is not None or value.flags or says_no_result(format_name, printed.status):
        return
    if coded.units and printed.value.strip():
        yield Flag("unreadable_number", printed.value, f"{coded.code} is counted, and this is no number")
    elif coded.units or not (printed.value.strip() or printed.flags):
        yield Flag("no_value", "", "no value stands here, and no status says why")


def _status_flags(format_name: str, printed: Observation) -> tuple[Flag, ...]:
    """What the sender's status says against a value; the token is the status."""
    doubt = status_finding(format_name, printed.status, printed.value)
    return flags_of([replace(doubt, where=printed.status)]) if doubt else ()
