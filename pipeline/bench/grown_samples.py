"""A sample of every format, made long enough to be timed by repeating what is in it.

The samples are found, not listed: every file below a folder that exactly one format claims and reads. A short file
would time how a parser starts, not how it reads; so the records of the longest sample are repeated: the children of an
XML root, the lines below the header of a table, the members of a JSON list, or the whole message. What is made so
counts only if the format reads it and finds more in it; else the sample is taken as it is.
"""

import copy
import json
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
from lxml import etree

from parsers.errors import ParseError
from parsers.format import HEAD_BYTES, Document, Format, open_document, recognise
from parsers.records import CollectionReport, ObservationReport, Report
from parsers.xml_document import is_xml

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
    return "json" if raw.lstrip()[:1] in (b"{", b"[") else "text"


def _read(path: Path, formats: dict[str, Format]) -> tuple[Format, Document] | None:
    try:
        document = open_document(path.read_bytes(), path.name)
        reader = recognise(document, formats)
        return (reader, document) if reader.parse(document).reports else None
    except ParseError:
        return None


def _grown(reader: Format, document: Document, size: int) -> Grown:
    times = size // len(document.raw) + 1
    before = _results(reader, document)
    for repeat in REPETITIONS:
        for raw in repeat(document.raw, times):
            longer = Document(raw, document.name)
            if _results(reader, longer) >= before + times - 1 > before:
                return Grown(reader, longer, times)
    return Grown(reader, document, 1)


def _results(reader: Format, document: Document) -> int:
    try:
        return sum(map(_size, reader.parse(document).reports))
    except ParseError:
        return 0


def _size(report: Report) -> int:
    if isinstance(report, ObservationReport):
        return 1 + len(report.observations)
    return 1 + len(report.readings if isinstance(report, CollectionReport) else report.loci)


def _elements(raw: bytes, times: int) -> Iterator[bytes]:
    """The children of the root that are most numerous or last; if it has one child, the children of that one."""
    if not is_xml(raw):
        return
    try:
        root = etree.fromstring(raw)
    except etree.XMLSyntaxError:
        return
    parent = root[0] if len(root) == 1 else root
    names = Counter(child.tag for child in parent if isinstance(child.tag, str))
    for name, _ in names.most_common():
        tree = copy.deepcopy(parent)
        records = [child for child in tree if child.tag == name]
        for _ in range(times - 1):
            for record in records:
                records[-1].addnext(copy.deepcopy(record))
        yield etree.tostring(tree if parent is root else _around(root, tree))


def _around(root: etree._Element, child: etree._Element) -> etree._Element:
    outer = copy.deepcopy(root)
    outer[0] = child
    return outer


def _members(raw: bytes, times: int) -> Iterator[bytes]:
    """The members of a JSON list, or of the lists in a JSON object."""
    try:
        value = json.loads(raw)
    except ValueError:
        return
    if isinstance(value, list):
        yield json.dumps(value * times).encode()
    if isinstance(value, dict):
        yield json.dumps(
            {key: each * times if isinstance(each, list) else each for key, each in value.items()}
        ).encode()


def _messages(raw: bytes, times: int) -> Iterator[bytes]:
    """The whole, again and again."""
    yield raw * times


def _lines(raw: bytes, times: int) -> Iterator[bytes]:
    """The lines below a header of one line or more."""
    lines = raw.splitlines(keepends=True)
    if lines and not lines[-1].endswith((b"\n", b"\r")):
        lines[-1] += b"\n"
    for header in range(1, min(len(lines), 30)):
        yield b"".join(lines[:header] + lines[header:] * times)


REPETITIONS: tuple[Callable[[bytes, int], Iterator[bytes]], ...] = (_elements, _members, _messages, _lines)
