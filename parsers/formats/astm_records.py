"""ASTM E1394 / LIS02-A2 records of analysers, as the link delivers them or as a capture with its frames.

Each order (O) becomes one observation report with the results (R) under it. What is a patient's own (name, birth
date, address) and what is the staff's (physician, operator) is read by nobody here and declared by path alone.
"""

import re
from collections import Counter
from functools import lru_cache
from itertools import takewhile

from msgspec.structs import replace

from parsers.astm_frames import is_framed, unframed
from parsers.astm_messages import Record, messages_of
from parsers.control_specimens import is_control
from parsers.errors import Inquiry, ParseError
from parsers.format import Document, Format
from parsers.loinc import is_loinc
from parsers.records import Finding, Ignored, Observation, ObservationReport, Parsed, Printed
from parsers.result_statuses import ASTM_END, ASTM_ORDER

_HEAD = re.compile(rb"[\x05\r\n\x00]*(?:\x02[0-7])?H([^\w\s])(?!\1)([^\w\s])(?!\1|\2)([^\w\s])(?!\1|\2|\3)[^\w\s]")
_HOW_READ = frozenset("ABCM")
"""How an analyser came by a sample number: set by itself, read from a bar code, asked of the host, typed in."""
_REMARKS = frozenset("CMS")
"""Comments, makers' own records and scientific ones."""
_HEADER_PROPERTIES = (3, 12, 13, 14)
_ORDER_PROPERTIES = (4, 5, 6, 7, 8, 10, 12, 15, 16, 23, 26)


def looks_like(head: bytes) -> bool:
    """Whether these bytes begin with a header record that declares four distinct delimiters."""
    return bool(_HEAD.match(head))


def parse(document: Document) -> Parsed:
    """Every order of every message. Raises ParseError on damage, on an unfinished message, on a mere query."""
    raw = unframed(document.raw) if is_framed(document.raw) else document.raw
    text, findings = _decode(raw)
    reports: list[ObservationReport] = []
    messages: list[int] = []
    paths: Counter[str] = Counter()
    for number, records in enumerate(messages_of(text), start=1):
        _check_results(records)
        found = _reports_of(records, (*findings, *_end_findings(records[-1])))
        reports += found
        messages += [number] * len(found)
        for record in records:
            paths.update(record.left())
    ignored = tuple(Ignored(*item) for item in sorted(paths.items()))
    return Parsed(reports=tuple(reports), ignored=ignored, messages=tuple(messages))


def _decode(raw: bytes) -> tuple[str, tuple[Finding, ...]]:
    """The standard knows ASCII only; what analysers send beyond it is UTF-8 or Windows' western characters."""
    for codec in ("utf-8", "cp1252"):
        try:
            text = raw.decode(codec)
        except UnicodeDecodeError:
            continue
        return text, () if raw.isascii() else (_charset_finding(codec),)
    return raw.decode("latin-1"), (_charset_finding("latin-1"),)


def _charset_finding(codec: str) -> Finding:
    return Finding("charset", f"the message holds bytes outside ASCII; read as {codec}")


def _check_results(records: list[Record]) -> None:
    types = {record.type for record in records}
    if "R" in types:
        return
    where, expected = records[0].where, "at least one result record, R"
    if "Q" in types:
        later = "Nothing is lost: an analyser that asks for orders sends its results later."
        raise Inquiry("the message is a query, it holds no results", where=where, expected=expected, advice=later)
    raise ParseError("the message holds no results", where=where, expected=expected)


class _Group:
    """An order with the patient above it and the results below; the order and each result with their comments.

    `remarks` are those of the patient, behind what stands directly under the header and is said of the whole message.
    """

    def __init__(self, header: Record, patient: Record | None, order: Record | None, said: list[Record]) -> None:
        self.header = header
        self.patient = patient
        self.order = order
        self.remarks = [*said]
        self.comments: list[Record] = []
        self.results: list[tuple[Record, list[Record]]] = []


def _groups(records: list[Record]) -> list[_Group]:
    header = records[0]
    said = list(takewhile(lambda record: record.type in _REMARKS, records[1:]))
    groups = [_Group(header, None, None, said)]
    for record in records[1 + len(said) :]:
        group = groups[-1]
        match record.type:
            case "P":
                groups.append(_Group(header, record, None, said))
            case "O" if group.order is None and not group.results:
                group.order = record
            case "O":
                groups.append(_Group(header, group.patient, record, said))
            case "R":
                group.results.append((record, []))
            case "C" if group.results:
                group.results[-1][1].append(record)
            case "C" if group.order:
                group.comments.append(record)
            case kind if kind in _REMARKS:
                group.remarks.append(record)
    return [group for group in groups if group.order or group.results]


def _reports_of(records: list[Record], findings: tuple[Finding, ...]) -> list[ObservationReport]:
    return [_report(group, findings) for group in _groups(records)]


def _report(group: _Group, findings: tuple[Finding, ...]) -> ObservationReport:
    sample, doubts = _specimen(group.order)
    observations = tuple([_observation(record, comments) for record, comments in group.results])
    if observations:
        doubts = (*doubts, *_order_findings(group.order))
    else:
        doubts = (*doubts, Finding("no_results", "this order came without results", _where(group.order)))
    return ObservationReport(
        format=FORMAT.name,
        sample=sample,
        subject=_subject(group.patient),
        device=_device(group.header),
        date=next((each.time for each in observations if each.time), "") or group.header.value(14),
        quality_control=_is_control(group, sample),
        observations=observations,
        comments=_texts(group.comments),
        properties=_properties(group),
        findings=(*findings, *_purpose_findings(group.header), *doubts),
    )


def _purpose_findings(header: Record) -> list[Finding]:
    purpose = header.value(12)
    if purpose not in ("T", "D"):
        return []
    return [Finding("not_production", f"H-12 marks this message {purpose}, not production", header.where)]


def _end_findings(end: Record) -> list[Finding]:
    """What the terminator says against the message; the codes of a normal end are counted as left out."""
    code = end.fields[3] if len(end.fields) > 3 else ""
    return [replace(ASTM_END[code], where=f"{end.where}, L-3 is {end.value(3)}")] if code in ASTM_END else []


def _order_findings(order: Record | None) -> list[Finding]:
    """What an order says against its results, whatever each of them says of itself."""
    if order is None:
        return []
    stated = [(number, said.get(order.value(number))) for number, said in ASTM_ORDER.items()]
    return [replace(doubt, where=f"{order.where}, O-{number}") for number, doubt in stated if doubt]


def _where(record: Record | None) -> str:
    return record.where if record else ""


def _specimen(order: Record | None) -> tuple[str, tuple[Finding, ...]]:
    """O-3; else what stands in O-4: `rack^position^sample^how read`, or a text that is taken whole."""
    stated = next((part for part in order.components(3) if part), "") if order else ""
    if stated:
        return stated, ()
    parts = order.components(4) if order else []
    found = parts[2] if len(parts) == 4 and parts[3] in _HOW_READ else "^".join(parts).strip("^")
    if found:
        return found, (
            Finding("specimen_from_instrument", "O-3 is empty; the specimen is read from O-4", _where(order)),
        )
    return "", (Finding("no_specimen", "the results name no specimen", _where(order)),)


def _subject(patient: Record | None) -> str:
    """The first identifier that is given: the practice's (P-3), the laboratory's (P-4) or a third (P-5)."""
    for field in (3, 4, 5) if patient else ():
        found = next((part for part in patient.components(field) if part), "") if patient else ""
        if found:
            return found
    return ""


def _device(header: Record) -> str:
    return header.delimiters.component.join(header.components(5)).strip(header.delimiters.component)


def _is_control(group: _Group, sample: str) -> bool:
    stated = (group.order.value(12) if group.order else "", group.header.value(12))
    return "Q" in stated or is_control(sample)


def _properties(group: _Group) -> tuple[Printed, ...]:
    listed = [(group.header, number) for number in _HEADER_PROPERTIES]
    if group.order:
        listed += [(group.order, number) for number in _ORDER_PROPERTIES]
        listed += [(group.order, 3)] if sum(map(bool, group.order.components(3))) > 1 else []
    fields = [Printed(f"{record.type}-{number}", record.value(number), record.where) for record, number in listed]
    remarks = [_remark(record) for record in group.remarks]
    return tuple(each for each in (*fields, *remarks) if each.text)


def _remark(record: Record) -> Printed:
    """A comment by its text; a maker's or scientific record as it stands."""
    if record.type == "C":
        return Printed("C-4", record.value(4), record.where)
    for number in range(2, len(record.fields)):
        record.raw(number)
    return Printed(record.type, record.text, record.where)


def _observation(record: Record, comments: list[Record]) -> Observation:
    label, code, rest = _test(tuple(record.components(3)))
    return Observation(
        label=label,
        value=record.value(4).strip(record.delimiters.component),  # GeneXpert: `POSITIVE^`, `^31.4`
        unit=record.value(5),
        code=code,
        system="LN" if is_loinc(code) else "",
        reference_range=record.value(6),
        flags=record.repeats(7),
        status=record.value(9),
        time=record.value(13) or record.value(12),
        device=record.value(14),
        sub_id=rest,
        comments=_texts(comments),
    )


def _texts(comments: list[Record]) -> tuple[str, ...]:
    return tuple([text for comment in comments if (text := comment.value(4))])


@lru_cache(maxsize=1024)  # an analyser measures the same things with every specimen
def _test(identifier: tuple[str, ...]) -> tuple[str, str, str]:
    """Label, code and remaining text of a universal test id: `^^^WBC^804-5^1` is WBC, LOINC 804-5, `1`."""
    label_place = next((place for place in (3, 4) if any(identifier[place : place + 1])), -1)
    if label_place < 0:
        label_place = next((place for place, part in enumerate(identifier) if part), 0)
    loinc = next((part for part in identifier if is_loinc(part)), "")
    code = loinc or (identifier[0] if label_place > 0 else "")
    rest = [part for place, part in enumerate(identifier) if part and place != label_place and part != code]
    return identifier[label_place], code, "^".join(rest)


FORMAT = Format(
    name="astm_records",
    title="ASTM E1394 / LIS02-A2 records of analysers",
    verified="real samples",
    looks_like=looks_like,
    parse=parse,
)
