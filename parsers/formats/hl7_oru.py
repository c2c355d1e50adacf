r"""HL7 v2 ORU^R01 of any version 2.x: HLA typings and other observations, one report per OBR.

An order whose OBX hold HLA codes becomes a typing report (see `parsers.hl7_typing`); every other OBX becomes an
observation. HLA codes are those of LOINC, and those of a sender's own that a profile names (see `parsers.hl7_codes`).
The sample is SPM-2, else the filler's number (OBR-3), else the placer's (OBR-2). Names, birth dates and addresses are
read by nobody here: like every other field that no record takes, they are declared by path alone.
"""

import re
from collections import Counter
from collections.abc import Iterator

from msgspec.structs import replace

from parsers.canonical_marks import APPLICATION, REPORT_LEVEL, SCHEMES, UNVERIFIED
from parsers.control_specimens import is_control
from parsers.er7 import Message, Segment, parse_message, split_messages
from parsers.errors import ParseError
from parsers.format import Document, Format, Labels, Profile
from parsers.glstring_code import release_findings
from parsers.hl7_codes import ALLELES, Coding, coding_for, coding_of, codings_of
from parsers.hl7_ledger import Ledger, declared
from parsers.hl7_mending import mended
from parsers.hl7_open_end import ENDS, with_cut_end
from parsers.hl7_orders import Order, Result, orders_of
from parsers.hl7_typing import (
    attributes_of,
    is_attribute,
    is_companion,
    is_typing,
    is_typing_order,
    is_unassigned_alone,
    loci_of,
    notes_of,
    own_errors,
)
from parsers.identifier_forms import one_spelling
from parsers.loinc import is_loinc
from parsers.records import Finding, Observation, ObservationReport, Parsed, Printed, Report, TypingReport
from parsers.result_statuses import HL7_ORDER

_HEAD = re.compile(rb"(?:\xef\xbb\xbf)?[\x0b \t\r\n]*(?:MSH|FHS|BHS)[^A-Za-z0-9\s]")
_EMBEDDED = frozenset({"ED", "RP"})
SEVERAL_NUMBERS = "PID-3 holds several donor numbers of one registry, and one person has one; none of them is taken"
_PROPERTIES = (("MSH", 10), ("OBR", 4), ("OBR", 8), ("OBR", 15), ("OBR", 25), ("SPM", 2), ("SPM", 4), ("SPM", 11))


def looks_like(head: bytes) -> bool:
    """Whether these bytes begin an HL7 v2 message or batch."""
    return bool(_HEAD.match(head))


def from_profiles(profiles: tuple[Profile, ...]) -> Format:
    """The reader of LOINC's codes and of those that these profiles name. Raises ParseError on an unusable profile."""
    codings = codings_of(profiles)
    return Format(
        name="hl7_oru",
        title="HL7 v2 ORU^R01: HLA typings and observations",
        verified="published descriptions",
        looks_like=looks_like,
        parse=lambda document: _parse(document, codings),
    )


def labels(document: Document, profile: Profile) -> Labels:
    """The codes in OBX-3 that a profile or LOINC maps to a locus, and those that neither does. Raises ParseError."""
    coding = coding_of(profile)
    messages = map(parse_message, split_messages(document.raw).messages)
    results = [each for message in messages for each in message.segments if each.name == "OBX"]
    known = {_code_and_system(obx): coding.observed(obx).locus is not None for obx in results}
    return tuple(each for each in known if known[each]), tuple(each for each in known if not known[each])


def _code_and_system(obx: Segment) -> str:
    code, system = obx.value(3), obx.value(3, 3)
    return f"{code} ({system})" if system else code


def _parse(document: Document, codings: tuple[Coding, ...]) -> Parsed:
    """Every report of every message. Raises ParseError on a message that is not ORU^R01 or holds no result."""
    batch = split_messages(document.raw)
    if not batch.messages:
        raise ParseError("this batch holds no message", where="the batch", expected="at least one MSH segment")
    reports: list[Report] = []
    messages: list[int] = []
    paths: Counter[str] = Counter()
    for number, raw in enumerate(batch.messages, start=1):
        place = f"message {number}, " if len(batch.messages) > 1 else ""
        closed = number < len(batch.messages) or bool(batch.wrapping) or document.raw.endswith(ENDS)
        found, left = _read(raw, place, codings, closed=closed)
        reports += found
        messages += [number] * len(found)
        paths += left
    paths += _wrapping_paths(batch.wrapping)
    return Parsed(reports=tuple(reports), ignored=declared(paths), messages=tuple(messages))


def _read(raw: bytes, place: str, codings: tuple[Coding, ...], *, closed: bool) -> tuple[list[Report], Counter[str]]:
    try:
        message = parse_message(raw)
        coding = coding_for(message.header, codings)
        message = mended(message, coding)
        _check_type(message)
        orders = orders_of(message, coding)
    except ParseError as error:
        error.where = place + error.where
        raise
    if not orders:
        raise ParseError("this ORU message holds no result", where=f"{place}MSH", expected="at least one OBX segment")
    ledger = Ledger()
    reports = [report for order in orders for report in _reports_of(order, message, ledger, coding)]
    return reports if closed else with_cut_end(reports, message), ledger.remainder(message.segments)


def _check_type(message: Message) -> None:
    kind, event = message.header.value(9), message.header.value(9, 2)
    if kind != "ORU" or event not in ("R01", ""):
        raise ParseError(
            "this HL7 message is of another type",
            found=f"{kind}^{event}",
            where="MSH-9",
            expected="ORU^R01, an unsolicited result",
            advice="Have the sender send results to this port, and nothing else.",
        )


def _wrapping_paths(wrapping: tuple[bytes, ...]) -> Counter[str]:
    lines = [line.decode("latin-1") for line in wrapping]
    return Counter(
        f"{line[:3]}-{number + (line[1:3] == 'HS')}"
        for line in lines
        for number, field in enumerate(line.split(line[3:4]) if line[3:] else [])
        if number > (line[1:3] == "HS") and field
    )


def _reports_of(order: Order, message: Message, ledger: Ledger, coding: Coding) -> list[Report]:
    if not is_typing_order(order):
        return [_observations(order, order.results, message, ledger)]
    reports: list[Report] = [_typing(order, message, ledger, coding)]
    others = [each for each in order.results if not is_typing(each) and not is_companion(each)]
    return [*reports, _observations(order, others, message, ledger)] if others else reports


def _typing(order: Order, message: Message, ledger: Ledger, coding: Coding) -> TypingReport:
    own = attributes_of(order.results, REPORT_LEVEL, ledger)
    sample, subject = _sample(order, ledger), _subject(order, ledger)
    if not (sample or subject):
        raise _nobodys(order)
    loci, findings = loci_of(order, ledger, coding)
    return TypingReport(
        format=FORMAT.name,
        profile=coding.name,
        sample=sample,
        subject=subject,
        sample_assigner=own.pop("SAMPLE_ASSIGNER", ""),
        subject_assigner=own.pop("SUBJECT_ASSIGNER", "") or _assigner(order, ledger),
        report_id=_request(order, 3, ledger) or _request(order, 2, ledger),
        centre=own.pop("CENTRE", "") or _sender(order, 4, ledger),
        project=own.pop("PROJECT", ""),
        date=own.pop("DATE", "") or _request(order, 7, ledger) or _request(order, 22, ledger),
        software=own.pop("SOFTWARE", "") or _sender(order, 3, ledger),
        review=_request(order, 25, ledger),
        loci=tuple(loci),
        properties=(*_properties(order, own, ledger), *notes_of(order.notes, ledger)),
        findings=(
            *message.findings,
            *_message_findings(order),
            *own_errors(order),
            *findings,
            *release_findings(loci),
            *_unread_typings(order),
        ),
    )


def _nobodys(order: Order) -> ParseError:
    return ParseError(
        "this typing names neither a sample nor a person: nobody could tell whose it is",
        where=order.results[0].obx.where,
        expected="the specimen in SPM-2, the order's number in OBR-3 or OBR-2, or an identifier in PID-3",
        advice="Have the sender fill in one of them.",
    )


def _observations(order: Order, results: list[Result], message: Message, ledger: Ledger) -> ObservationReport:
    typed = is_typing_order(order)
    own = {} if typed else attributes_of(results, REPORT_LEVEL, ledger)
    sample = _sample(order, ledger)
    return ObservationReport(
        format=FORMAT.name,
        sample=sample,
        subject=_subject(order, ledger),
        subject_assigner=own.pop("SUBJECT_ASSIGNER", "") or _assigner(order, ledger),
        report_id=_request(order, 3, ledger) or _request(order, 2, ledger),
        device=own.pop("DEVICE", "") or _sender(order, 3, ledger),
        date=own.pop("DATE", "") or _request(order, 7, ledger) or _request(order, 22, ledger),
        quality_control=_is_control(order, sample, ledger),
        observations=tuple(_measured(order, results, ledger)),
        comments=_comments(order.notes, ledger),
        properties=_properties(order, own, ledger),
        findings=(
            *message.findings,
            *_message_findings(order),
            *_embedded_findings(results),
            *([] if typed else _unread_typings(order)),
        ),
    )


def _is_control(order: Order, sample: str, ledger: Ledger) -> bool:
    """By the specimen's role, by its name, or by MSH-11, which some analysers (Mindray BC) set to Q for controls."""
    roles = [ledger.value(specimen, 11) for specimen in order.specimens]
    return "Q" in (*roles, order.header.value(11)) or is_control(sample)


def _message_findings(order: Order) -> list[Finding]:
    findings = []
    purpose = order.header.value(11)
    if purpose not in ("P", "Q", ""):
        findings.append(Finding("not_production", f"MSH-11 marks this message {purpose}, not production", "MSH-11"))
    if len(order.specimens) > 1:
        findings.append(Finding("several_specimens", "the order names several specimens; the first is taken", "SPM"))
    if len(_donor_numbers(order)) > 1:
        findings.append(Finding("identifiers_differ", SEVERAL_NUMBERS, "PID-3"))
    if order.request and not is_unassigned_alone(order) and (doubt := HL7_ORDER.get(order.status)):
        findings.append(replace(doubt, where=f"{order.request.where}, OBR-25"))
    return findings


def _unread_typings(order: Order) -> list[Finding]:
    """Alleles under a code that is known for no locus: no reader takes them for a typing, and nobody may miss them."""
    message = "alleles stand here under a code that is known for no HLA locus; they are kept as an observation"
    others = [each.obx for each in order.results if not is_typing(each) and not is_companion(each)]
    return [Finding("typing_not_read", message, obx.where) for obx in others if ALLELES.match(obx.text(5))]


def _embedded_findings(results: list[Result]) -> list[Finding]:
    return [
        Finding("embedded_document", "a document inside the message is not kept with the record", each.obx.where)
        for each in results
        if each.obx.value(2) in _EMBEDDED
    ]


def _sender(order: Order, field: int, ledger: Ledger) -> str:
    """What MSH says of the sender; nothing where that is the program that passed on what others found."""
    return "" if order.header.value(3) == APPLICATION else ledger.value(order.header, field)


def _request(order: Order, field: int, ledger: Ledger) -> str:
    return ledger.value(order.request, field) if order.request else ""


def _sample(order: Order, ledger: Ledger) -> str:
    for specimen in order.specimens[:1]:
        for component in (1, 2):
            if identifier := ledger.part(specimen, 2, component):
                return identifier
    return _request(order, 3, ledger) or _request(order, 2, ledger)


def _subject(order: Order, ledger: Ledger) -> str:
    """The donor registration number (type DR) of PID-3, or its first identifier; none of several such numbers."""
    numbers = _donor_numbers(order)
    if order.patient is None or len(numbers) > 1:
        return ""
    return ledger.value(order.patient, 3, 1, next(iter(numbers.values()), 1))


def _assigner(order: Order, ledger: Ledger) -> str:
    """Who gave the number that `_subject` takes (PID-3.4); in messages of our own a scheme stands there."""
    if not _subject(order, ledger) or order.patient is None:
        return ""
    place = next(iter(_donor_numbers(order).values()), 1)
    return "" if order.patient.value(3, 4, place) in SCHEMES else ledger.value(order.patient, 3, 4, place)


def _donor_numbers(order: Order) -> dict[str, int]:
    """The donor registration numbers (type DR) of the registry that PID-3 names first, with their repetitions."""
    if order.patient is None:
        return {}
    component = order.patient.value
    places = range(1, len(order.patient.repetitions(3)) + 1)
    numbers = [place for place in places if component(3, 5, place) == "DR" and component(3, 1, place)]
    found: dict[str, int] = {}
    for place in numbers:
        number = one_spelling(component(3, 1, place))
        if number and component(3, 4, place) == component(3, 4, numbers[0]):
            found.setdefault(number, place)
    return found


def _properties(order: Order, own: dict[str, str], ledger: Ledger) -> tuple[Printed, ...]:
    segments = [order.header, *([order.request] if order.request else []), *order.specimens[:1]]
    fields = (
        Printed(f"{name}-{number}", ledger.text(segment, number), segment.where)
        for segment in segments
        for name, number in _PROPERTIES
        if segment.name == name and segment.field(number)
    )
    return (
        *fields,
        *_numbers_not_taken(order, ledger),
        *(Printed(code, text) for code, text in own.items()),
        *notes_of(order.remarks, ledger),
    )


def _numbers_not_taken(order: Order, ledger: Ledger) -> Iterator[Printed]:
    numbers = _donor_numbers(order)
    if order.patient and len(numbers) > 1:
        for repetition in numbers.values():
            yield Printed("PID-3", ledger.value(order.patient, 3, 1, repetition), order.patient.where)


def _measured(order: Order, results: list[Result], ledger: Ledger) -> Iterator[Observation]:
    """Every value; of our own messages with what their companions say of it."""
    ours = order.header.value(3) == APPLICATION
    for result in results:
        if not ours:
            yield _observation(result, ledger)
        elif not is_attribute(result):
            yield _with_attributes(_observation(result, ledger), attributes_of(results, result.sub_id, ledger))


def _with_attributes(value: Observation, own: dict[str, str]) -> Observation:
    of_a_run = "." in value.sub_id  # section and moment; else a bare number that joins value and companions
    return replace(
        value,
        sub_id=own.pop("SUB_ID", value.sub_id if of_a_run else ""),
        status=own.pop("ENTERED", "") if value.status == UNVERIFIED else value.status,
        time=own.pop("TIME", value.time),
        comments=(*value.comments, *(f"{code}: {text}" for code, text in own.items())),
    )


def _observation(result: Result, ledger: Ledger) -> Observation:
    obx = result.obx
    label, code, system = _coded_label(obx, ledger)
    return Observation(
        label=label,
        value=_value(obx, ledger),
        unit=ledger.value(obx, 6) or ledger.value(obx, 6, 2),
        code=code,
        system=system,
        reference_range=ledger.text(obx, 7),
        flags=tuple(filter(None, ledger.repetitions(obx, 8))),  # Mindray: `~A`
        status=ledger.text(obx, 11),
        time=ledger.text(obx, 14) or ledger.text(obx, 19),
        method=ledger.value(obx, 17, 2) or ledger.value(obx, 17),
        device=ledger.text(obx, 18),
        sub_id=ledger.text(obx, 4),
        comments=_comments(result.notes, ledger),
    )


def _comments(notes: list[Segment], ledger: Ledger) -> tuple[str, ...]:
    """Notes as one text each, behind their type if they have one."""
    printed = notes_of(notes, ledger)
    return tuple([note.text if note.label == "NTE" else f"{note.label}: {note.text}" for note in printed])


def _coded_label(obx: Segment, ledger: Ledger) -> tuple[str, str, str]:
    """Label, code and system of OBX-3: LOINC where it stands, as first or as alternate code; `^^^WBC` is a label."""
    code, text, alternate = (obx.value(3, place) for place in (1, 2, 4))
    if not code and not text and alternate:
        return ledger.value(obx, 3, 4), "", ledger.value(obx, 3, 6)
    place = 4 if is_loinc(alternate) and not is_loinc(code) else 1
    label = ledger.value(obx, 3, 2 if text else place)
    code = ledger.value(obx, 3, place)
    system = ledger.value(obx, 3, place + 2)
    return label, code, "LN" if is_loinc(code) and system in ("LN", "LOINC", "") else system


def _value(obx: Segment, ledger: Ledger) -> str:
    """The value as one text; SN, which splits `<0.1` over four components, put together; of a document, what it is."""
    if obx.value(2) in _EMBEDDED:
        return "^".join(filter(None, [obx.value(5, place) for place in (2, 3, 4)]))
    text = ledger.text(obx, 5)
    if obx.value(2) == "SN" and len(obx.repetitions(5)) == 1:
        return "".join(obx.value(5, place) for place in range(1, 5))
    return text


FORMAT = from_profiles(())
