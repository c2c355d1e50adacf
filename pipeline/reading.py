"""Reading files without storing them: what `parse`, `check`, `hl7` and a search for a patient answer from."""

import csv
import hashlib
import io
import tomllib
from pathlib import Path
from typing import Any

import msgspec

from parsers.errors import ParseError
from parsers.format import Document, Format, Profile, load_formats, open_document, profile_labels, recognise
from parsers.records import Finding, Parsed, TypingReport
from pipeline.errors import SiteError
from pipeline.hl7.message import Envelope, render
from pipeline.normalise.normaliser import Normaliser
from pipeline.normalise.records import Flag, NormalLocus, NormalReport, NormalTyping
from pipeline.process import Workbench, reader_of

SENT_AT = "2000-01-01T00:00:00Z"
"""The date of messages that are judged and never sent."""
TWO_CLAIMS = "a second claim would leave it unread, but a profile of yours takes the place of one of the same name"


class Reading(msgspec.Struct, frozen=True):
    """A file as it was read: its format, its bytes (unpacked) and everything in it."""

    format: str
    raw: bytes
    parsed: Parsed


def read_file(raw: bytes, name: str, wanted: str, bench: Workbench) -> Reading:
    """The records of a file, as the wanted format or the one that recognises it. Raises ParseError."""
    document = open_document(raw, name)
    reader = reader_of(document, wanted, bench.formats)
    parsed = reader.parse(document)
    if not parsed.reports:
        raise ParseError(
            f"the {reader.name} reader found no result in it", expected="at least one sample with a result"
        )
    return Reading(reader.name, document.raw, parsed)


def typing_in(raw: bytes, name: str, wanted: str, bench: Workbench) -> NormalTyping:
    """The one typing that a file holds. Raises ParseError, and SiteError if there is none or more than one."""
    reports = read_file(raw, name, wanted, bench).parsed.reports
    typings = [normal for normal in map(bench.normaliser.normalise, reports) if isinstance(normal, NormalTyping)]
    if len(typings) != 1:
        raise SiteError(f"{name} holds {len(typings)} typings; expected the one of a patient")
    return typings[0]


def typing_of(glstring: str, bench: Workbench) -> NormalTyping:
    """A typing given as a GL String or GL String Code over all loci, read as in a table of them. Raises ParseError."""
    table = io.StringIO()
    csv.writer(table).writerows([("id", "glstring"), ("patient", glstring)])
    return typing_in(table.getvalue().encode(), "the GL String", "glstring_table", bench)


def legible(report: Any, normal: NormalReport) -> dict[str, Any]:
    """A report as printed, in JSON's terms, with what is doubted in it.

    A typing's loci carry their own flags, and their GL String under the installed release.
    """
    printed: dict[str, Any] = {"format": report.format, **msgspec.to_builtins(report)}
    if isinstance(normal, NormalTyping):
        pairs = zip(printed.get("loci", []), normal.loci, strict=True)
        printed["loci"] = [{**locus, **_meaning(meaning)} for locus, meaning in pairs]
    elsewhere = _flags_of_whole(normal) if isinstance(normal, NormalTyping) else flags_of(normal)
    return {**printed, "flags": [_flag(flag) for flag in dict.fromkeys(elsewhere)]}


def _meaning(locus: NormalLocus) -> dict[str, Any]:
    return {
        "reported": locus.reported,
        "glstring": locus.glstring,
        "release": locus.release,
        "flags": [_flag(flag) for flag in (*locus.flags, *locus.doubts)],
    }


def _flag(flag: Flag) -> dict[str, str]:
    return {"code": flag.code, "token": flag.token, "message": flag.message, "severity": flag.severity}


def doubts(reading: Reading, normaliser: Normaliser) -> list[dict[str, str]]:
    """Everything that a person should look at before the file is sent, each doubt once.

    What the reader found odd is among the flags of the meaning, as grave as it is held to be there.
    """
    found: list[dict[str, str]] = []
    for report in reading.parsed.reports:
        flags = dict.fromkeys(flags_of(normaliser.normalise(report)))
        found += [{"sample": report.sample, **_flag(flag)} for flag in flags]
    return found


def breaches_of_structure(reading: Reading, schemas: Path) -> list[dict[str, str]]:
    """What HML's schema, if the site has it in this folder, and MIRING say against a message. Raises SiteError."""
    from parsers import hml_miring  # noqa: PLC0415  # lxml is not needed for other formats
    from pipeline import hml_schema  # noqa: PLC0415

    if reading.format not in ("hml", "hml_legacy"):
        return []
    found = hml_schema.breaches(reading.raw, schemas)
    if reading.format == "hml":
        found += hml_miring.breaches(reading.raw)
    return [{**_finding(finding, ""), "severity": "info"} for finding in found]


def _finding(finding: Finding, sample: str) -> dict[str, str]:
    where = f" ({finding.where})" if finding.where else ""
    return {
        "sample": sample,
        "code": finding.code,
        "token": "",
        "message": finding.message + where,
        "severity": "warning",
    }


def refusal(error: ParseError) -> dict[str, str]:
    """The doubt about a file that cannot be read at all."""
    return {"sample": "", "code": "unreadable", "token": "", "message": error.explain(), "severity": "error"}


def breaches(reading: Reading, normaliser: Normaliser, facility: str) -> list[dict[str, str]]:
    """What the HL7 authority says against the canonical message of each report; some twenty reports a second."""
    from pipeline.hl7.authority import problems  # noqa: PLC0415  # hl7apy takes half a second to load

    found: list[dict[str, str]] = []
    for report in reading.parsed.reports:
        message = render(normaliser.normalise(report), Envelope(control_id="1", sent_at=SENT_AT, facility=facility))
        about = {"sample": report.sample, "code": "hl7", "token": "", "severity": "error"}
        found += [{**about, "message": problem} for problem in problems(message)]
    return found


def flags_of(report: NormalReport) -> list[Flag]:
    """Every flag of a report: its own, its identifiers' and its values'."""
    flags = _flags_of_whole(report)
    if isinstance(report, NormalTyping):
        return flags + [flag for locus in report.loci for flag in (*locus.flags, *locus.doubts)]
    values = report.observations if hasattr(report, "observations") else (*report.readings, *report.finals)
    return flags + [flag for value in values for flag in value.flags]


def _flags_of_whole(report: NormalReport) -> list[Flag]:
    """The flags of a report that are about no single value: its own and its identifiers'."""
    return [*report.flags, *report.sample.flags, *(report.subject.flags if report.subject else ())]


def is_grave(report: NormalReport) -> bool:
    """Whether something in a report is flagged as an error."""
    return any(flag.severity == "error" for flag in flags_of(report))


def labels_of(
    raw: bytes, name: str, profile: str, profiles: tuple[Profile, ...]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The labels of a log or table that a profile maps, and those it does not. Raises ParseError, SiteError."""
    chosen = next((each for each in profiles if each.name == profile), None)
    if chosen is None:
        raise SiteError(
            f'there is no profile "{profile}"; expected one of: {", ".join(each.name for each in profiles)}'
        )
    return profile_labels(open_document(raw, name), chosen)


def proposed_profile(raw: bytes, name: str, formats: dict[str, Format]) -> tuple[str, Parsed]:
    """A profile for a table, as TOML, and what the table's reader makes of the table with it.

    Raises ParseError, also if one of these formats reads the table as it is: of two that claim a file neither reads it.
    """
    from parsers.lab_table_draft import draft  # noqa: PLC0415  # no other command proposes anything

    document = open_document(raw, name)
    text = draft(document)
    settings = tomllib.loads(text)
    if reader := _reader_already(document, formats, settings["format"]):
        raise ParseError(
            f"this table is read already, by the {reader}",
            expected="a table that nothing reads yet",
            advice=f"Take it in as it is: {TWO_CLAIMS}.",
        )
    profile = Profile("proposed", settings["format"], hashlib.sha256(text.encode()).hexdigest(), settings)
    return text, load_formats((profile,))[profile.format].parse(document)


def _reader_already(document: Document, formats: dict[str, Format], tables: str) -> str:
    """The format, or the profile of the tables' format, that reads a document; empty if none does."""
    try:
        reader = recognise(document, formats)
        read = reader.parse(document).reports if reader.name == tables else ()
    except ParseError:
        return ""
    return next((f"profile {each.profile}" for each in read if isinstance(each, TypingReport)), f"format {reader.name}")
