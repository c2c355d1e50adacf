r"""The canonical message: ORU^R01^ORU_R01 of HL7 v2.5.1 for a typing, the results of a specimen, or a collection run.

    MSH            sender, time, control id; UNICODE UTF-8; T in MSH-11 for what was no production message
    [PID [NTE]]    the subject's identifier (type DR for a GRID) and a coded pseudonym (S): never a name
    OBR [NTE]      what was reported and when, and whether that is final; its doubts, the sender's comments on all of it
    { OBX [NTE] }  see `rows`, `typing_rows`, `observation_rows`
    SPM            the sample; P for a person's, Q for control material

`read` gives back what `render` was given, to the last character; an empty text where there may be none comes back as
none. Nothing here looks at a clock: the same report under the same envelope is the same message.
"""

from collections.abc import Iterator

import msgspec
from msgspec.structs import replace

from parsers.canonical_marks import APPLICATION
from parsers.er7 import Message, Segment, escape, parse_message, unescape
from parsers.errors import ParseError
from pipeline.hl7.report_rows import Frame, Occasion, occasion_of, report_of, status_of, written_rows
from pipeline.hl7.rows import (
    Row,
    Rows,
    attribute,
    coded,
    doubts_and_comments,
    numbered,
    read_note,
    read_row,
    write_comments,
    write_notes,
    write_rows,
)
from pipeline.hl7.timestamps import to_iso, to_ts
from pipeline.hl7.typing_rows import HLA_C
from pipeline.normalise.findings import NOT_PRODUCTION
from pipeline.normalise.records import Flag, Identifier, NormalObservations, NormalReport

PRODUCTION, TEST = "P", "T"
"""MSH-11, the purpose of a message (HL7 table 0103)."""
CONTROL, PERSON = "Q^Control specimen^HL70369", "P^Patient^HL70369"
UNKNOWN_TYPE = "U^Unknown^HL70353"

_IDENTIFIER_TYPES = {"GRID": "DR", "DIN": "DN", "LOCAL": "PI"}
_SAMPLE = "sample"


class Envelope(msgspec.Struct, frozen=True, kw_only=True):
    """Who sends the message to whom, when (ISO 8601) and under which control id."""

    control_id: str
    sent_at: str
    facility: str
    receiving_application: str = ""
    receiving_facility: str = ""
    hla_c_code: str = HLA_C
    """The LOINC code that HLA-C at high resolution is named by; not read back."""


def render(report: NormalReport, envelope: Envelope) -> str:
    """The message of a report; every segment ends with CR."""
    lines = [
        _header(envelope, TEST if any(flag.code == NOT_PRODUCTION for flag in report.flags) else PRODUCTION),
        *_patient(report.subject),
        _request(report),
        *write_notes(report.sample.flags, _SAMPLE),
        *write_notes(report.flags, start=len(report.sample.flags) + 1),
        *write_comments(_comments(report), start=len(report.sample.flags) + len(report.flags) + 1),
        *numbered((*write_rows(_identifier_rows(report)), *written_rows(report, envelope.hla_c_code))),
        _specimen(report),
    ]
    return "\r".join(lines) + "\r"


def _header(envelope: Envelope, purpose: str) -> str:
    places = (APPLICATION, envelope.facility, envelope.receiving_application, envelope.receiving_facility)
    return (
        rf"MSH|^~\&|{'|'.join(map(escape, places))}|{to_ts(envelope.sent_at)}||ORU^R01^ORU_R01"
        f"|{escape(envelope.control_id)}|{purpose}|2.5.1||||||UNICODE UTF-8"
    )


def _patient(subject: Identifier | None) -> Iterator[str]:
    if subject:
        yield f"PID|1||{escape(subject.value)}^^^{subject.scheme}^{_IDENTIFIER_TYPES[subject.scheme]}||^^^^^^S"
        yield from write_notes(subject.flags)


def _request(report: NormalReport) -> str:
    kind, begin, end = occasion_of(report)
    reported = "" if end else begin
    about = f"{escape(report.report_id)}|{coded(kind)}|||{begin}|{end}"
    return f"OBR|1||{about}||||||||||||||{reported}|||{status_of(report)}"


def _identifier_rows(report: NormalReport) -> Iterator[Row]:
    for code, identifier in (("SAMPLE_PRINTED", report.sample), ("SUBJECT_PRINTED", report.subject)):
        if identifier and identifier.printed != identifier.value:
            yield attribute(code, identifier.printed)
    for code, identifier in (("SAMPLE_ASSIGNER", report.sample), ("SUBJECT_ASSIGNER", report.subject)):
        if identifier and identifier.assigner:
            yield attribute(code, identifier.assigner)


def _comments(report: NormalReport) -> tuple[str, ...]:
    return report.comments if isinstance(report, NormalObservations) else ()


def _specimen(report: NormalReport) -> str:
    role = CONTROL if isinstance(report, NormalObservations) and report.quality_control else PERSON
    return f"SPM|1|{escape(report.sample.value)}&{report.sample.scheme}||{UNKNOWN_TYPE}|||||||{role}"


def read(message: str) -> tuple[NormalReport, Envelope]:
    """The report and the envelope that a message was rendered from.

    Raises ParseError if the message is not one of ours.
    """
    parsed = parse_message(message)
    try:
        return _report_of(parsed), _envelope_of(parsed.header)
    except (KeyError, ValueError, StopIteration) as error:
        raise ParseError(
            "this message was not written by this program",
            found=parsed.header.value(3),
            where="MSH-3",
            expected=f"an ORU^R01 with the segments, codes and companions of {APPLICATION}",
            advice="Messages of others are read as the format hl7_oru.",
        ) from error


def _report_of(message: Message) -> NormalReport:
    notes = _notes_by_owner(message)
    rows = Rows(read_row(obx, notes.get(obx.number, ())) for obx in message.named("OBX"))
    request, specimen = next(message.named("OBR")), next(message.named("SPM"))
    about, comments = doubts_and_comments(notes.get(request.number, ()))
    frame = Frame(
        sample=_sample_of(specimen, rows, _flags(each for each in about if each.value(4, 5) == _SAMPLE)),
        subject=_subject_of(message, rows, notes),
        report_id=request.value(3),
        flags=_flags(each for each in about if each.value(4, 5) != _SAMPLE),
    )
    kind = (request.value(4), request.value(4, 2), request.value(4, 3))
    report = report_of(Occasion(kind, request.value(7), request.value(8)), frame, rows)
    if not isinstance(report, NormalObservations):
        return report
    return replace(report, quality_control=specimen.value(11) == CONTROL[0], comments=comments)


def _envelope_of(header: Segment) -> Envelope:
    return Envelope(
        control_id=header.value(10),
        sent_at=to_iso(header.value(7)),
        facility=header.value(4),
        receiving_application=header.value(5),
        receiving_facility=header.value(6),
    )


def _notes_by_owner(message: Message) -> dict[int, list[Segment]]:
    """The notes behind each segment, by that segment's number."""
    found: dict[int, list[Segment]] = {}
    owner = 0
    for segment in message.segments:
        if segment.name == "NTE":
            found.setdefault(owner, []).append(segment)
        else:
            owner = segment.number
    return found


def _flags(notes: Iterator[Segment]) -> tuple[Flag, ...]:
    return tuple(map(read_note, notes))


def _sample_of(specimen: Segment, rows: Rows, flags: tuple[Flag, ...]) -> Identifier:
    value, _, scheme = specimen.field(2).partition(specimen.encoding.subcomponent)
    return _identifier(unescape(value, specimen.encoding), scheme, "SAMPLE", rows, flags)


def _subject_of(message: Message, rows: Rows, notes: dict[int, list[Segment]]) -> Identifier | None:
    patient = next(message.named("PID"), None)
    if patient is None:
        return None
    flags = _flags(iter(notes.get(patient.number, ())))
    return _identifier(patient.value(3), patient.value(3, 4), "SUBJECT", rows, flags)


def _identifier(value: str, scheme: str, whose: str, rows: Rows, flags: tuple[Flag, ...]) -> Identifier:
    printed = rows.attribute(f"{whose}_PRINTED")
    for known in Identifier.__annotations__["scheme"].__args__:
        if known == scheme:
            return Identifier(
                scheme=known,
                value=value,
                printed=value if printed is None else printed,
                assigner=rows.attribute(f"{whose}_ASSIGNER") or "",
                flags=flags,
            )
    raise ValueError("an identifier of no scheme of ours")
