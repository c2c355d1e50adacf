"""A sample of every format, made long enough to be timed by repeating what is in it.

The samples are found, not listed: every file below a folder that exactly one format claims and reads. A short file
would time how a parser starts, not how it reads; so the records of the longest sample are repeated
(`pipeline.bench.repetitions`). What is made so counts only if the format reads it and finds more in it, as records or,
where it keeps but the first of them, among what it left out; else the sample is taken as it is.
"""

from pathlib import Path

import msgspec

from parsers.errors import ParseError
from parsers.format import HEAD_BYTES, Document, Format, open_document, recognise
from parsers.records import CollectionReport, ObservationReport, Parsed, Report
from parsers.xml_document import is_xml
from pipeline.bench.repetitions import REPETITIONS, counted_lines, lines

SIZE = 200_000
"""Bytes that a sample is grown to."""
NOTES = (".md", ".py", ".toml")


class Grown(msgspec.Struct, frozen=True):
    """A format, and a document of it to be timed on; `times` says how often its records were repeated."""

    reader: Format
    document: Document
    times: int


def grown_samples(folder: Path, formats: dict[str, Format], size: int = SIZE) -> list[Grown]:
    """One document for every format and syntax that has a sample below this folder, in the order of the formats."""
    longest: dict[tuple[str, str], Document] = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix not in NOTES and (read := _read(path, formats)):
            reader, document = read
            kind = (reader.name, syntax_of(document.raw))
            if len(document.raw) > len(longest.get(kind, Document(b"")).raw):
                longest[kind] = document
    return [_grown(formats[name], longest[name, syntax], size) for name, syntax in sorted(longest)]


def syntax_of(raw: bytes) -> str:
    """`xlsx`, `xml`, `json` or `text`."""
    if raw.startswith(b"PK"):
        return "xlsx"
    if is_xml(raw[:HEAD_BYTES]):
        return "xml"
    return "json" if raw.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"{", b"[") else "text"


def _read(path: Path, formats: dict[str, Format]) -> tuple[Format, Document] | None:
    try:
        document = open_document(path.read_bytes(), path.name)
        reader = recognise(document, formats)
        return (reader, document) if reader.parse(document).reports else None
    except ParseError:
        return None


def _grown(reader: Format, document: Document, size: int) -> Grown:
    times = size // len(document.raw) + 1
    grown = _repeated(reader, document, times)
    if len(document.raw) < len(grown.document.raw) < size:  # a large part of the sample is not repeated
        return _repeated(reader, document, times * size // len(grown.document.raw) + 1)
    return grown


def _repeated(reader: Format, document: Document, times: int) -> Grown:
    for found, repetitions in ((_results, REPETITIONS), (_left_out, (lines, counted_lines))):
        before = found(reader, document)
        for raw in (raw for repeat in repetitions for raw in repeat(document.raw, times)):
            longer = Document(raw, document.name)
            if found(reader, longer) >= before + times - 1 > before:
                return Grown(reader, longer, times)
    return Grown(reader, document, 1)


def _results(reader: Format, document: Document) -> int:
    return sum(map(_size, _parsed(reader, document).reports))


def _left_out(reader: Format, document: Document) -> int:
    return sum(each.count for each in _parsed(reader, document).ignored)


def _parsed(reader: Format, document: Document) -> Parsed:
    try:
        return reader.parse(document)
    except ParseError:
        return Parsed(reports=())


def _size(report: Report) -> int:
    if isinstance(report, ObservationReport):
        return 1 + len(report.observations)
    return 1 + len(report.readings if isinstance(report, CollectionReport) else report.loci)
