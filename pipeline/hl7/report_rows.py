"""A report as the rows of its order, and back: what was observed, when, and what HL7 has no field for."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from parsers.canonical_marks import LOCAL
from parsers.loinc import REPORT
from pipeline.hl7.observation_rows import observation_rows, read_observations, reading_rows
from pipeline.hl7.rows import Row, Rows, attributes, write_rows
from pipeline.hl7.timestamps import exact, to_iso
from pipeline.hl7.typing_rows import read_loci, write_loci
from pipeline.normalise.findings import WITHDRAWN, is_preliminary
from pipeline.normalise.records import (
    Flag,
    Identifier,
    NormalCollection,
    NormalObservations,
    NormalReport,
    NormalTyping,
)

TYPING = (REPORT, "HLA typing report", "LN")
OBSERVATIONS = ("OBSERVATIONS", "Results of one specimen", LOCAL)
COLLECTION = ("COLLECTION", "Cell collection run", LOCAL)
READINGS, FINALS, ALARMS = "1.", "2.", "3."


class Occasion(NamedTuple):
    """What an order (OBR) says of a report: the kind, and beginning and end as TS."""

    kind: tuple[str, str, str]
    begin: str
    end: str


class Frame(NamedTuple):
    """What every report has: sample, subject, its own id, its doubts."""

    sample: Identifier
    subject: Identifier | None
    report_id: str
    flags: tuple[Flag, ...]


def occasion_of(report: NormalReport) -> Occasion:
    """Kind and times of a report, as far as TS can state them without loss."""
    match report:
        case NormalTyping():
            return Occasion(TYPING, exact(report.date), "")
        case NormalObservations():
            return Occasion(OBSERVATIONS, exact(report.date or ""), "")
        case NormalCollection():
            return Occasion(COLLECTION, exact(report.started or ""), exact(report.ended or ""))


def status_of(report: NormalReport) -> str:
    """OBR-25: X of an order taken back, P where it or a result is preliminary or nobody has assigned one, else F."""
    if any(flag.code == WITHDRAWN for flag in report.flags):
        return "X"
    unassigned = isinstance(report, NormalTyping) and any(each.state == "candidates" for each in report.loci)
    return "P" if unassigned or is_preliminary(report) else "F"


def written_rows(report: NormalReport, hla_c_code: str) -> list[str]:
    """Every row of a report, still without its number: the report's own attributes, then its results."""
    match report:
        case NormalTyping():
            about = attributes(
                CENTRE=report.centre, PROJECT=report.project, SOFTWARE=report.software, DATE=_inexact(report.date)
            )
            return [*write_rows(about), *write_loci(report.loci, hla_c_code)]
        case NormalObservations():
            about = attributes(DEVICE=report.device, DATE=_inexact(report.date))
            return list(write_rows((*about, *observation_rows(report.observations, device=report.device))))
        case NormalCollection():
            readings, finals = reading_rows(report.readings, READINGS), observation_rows(report.finals, FINALS)
            return list(write_rows((*_run_attributes(report), *readings, *finals, *_alarm_rows(report.alarms))))


def _inexact(time: str | None) -> str | None:
    return None if exact(time or "") else time


def _run_attributes(run: NormalCollection) -> Iterator[Row]:
    return attributes(
        PROCEDURE=run.procedure,
        DEVICE=run.device,
        DEVICE_SERIAL=run.device_serial,
        SOFTWARE=run.software,
        STARTED=_inexact(run.started),
        ENDED=_inexact(run.ended),
    )


def _alarm_rows(alarms: Iterable[str]) -> Iterator[Row]:
    for number, text in enumerate(alarms, start=1):
        yield Row("TX", ("ALARM", "Alarm", "99APH"), f"{ALARMS}{number}", (text,), status="R")


def report_of(occasion: Occasion, frame: Frame, rows: Rows) -> NormalReport:
    """The report that these rows were written from. Raises KeyError or ValueError if they are not ours."""
    begin, end = to_iso(occasion.begin) or None, to_iso(occasion.end) or None
    code = occasion.kind[0]
    if code == TYPING[0]:
        return _typing_of(begin, frame, rows)
    if code == OBSERVATIONS[0]:
        return _observations_of(begin, frame, rows)
    if code == COLLECTION[0]:
        return _collection_of(begin, end, frame, rows)
    raise ValueError("OBR-4 names no kind of report of ours")


def _typing_of(date: str | None, frame: Frame, rows: Rows) -> NormalTyping:
    return NormalTyping(
        **frame._asdict(),
        centre=rows.text("CENTRE"),
        project=rows.text("PROJECT"),
        date=date or rows.text("DATE"),
        software=rows.text("SOFTWARE"),
        loci=tuple(read_loci(rows)),
    )


def _observations_of(date: str | None, frame: Frame, rows: Rows) -> NormalObservations:
    return NormalObservations(
        **frame._asdict(),
        device=rows.text("DEVICE"),
        date=date or rows.attribute("DATE"),
        observations=read_observations(rows.results, rows),
    )


def _collection_of(started: str | None, ended: str | None, frame: Frame, rows: Rows) -> NormalCollection:
    def section(number: str) -> list[Row]:
        return [row for row in rows.results if row.sub_id.startswith(number)]

    return NormalCollection(
        **frame._asdict(),
        procedure=rows.text("PROCEDURE"),
        device=rows.text("DEVICE"),
        device_serial=rows.text("DEVICE_SERIAL"),
        software=rows.text("SOFTWARE"),
        started=started or rows.attribute("STARTED"),
        ended=ended or rows.attribute("ENDED"),
        readings=read_observations(section(READINGS), rows),
        finals=read_observations(section(FINALS), rows),
        alarms=tuple("".join(row.value) for row in section(ALARMS)),
    )
