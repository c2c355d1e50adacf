"""How the records of a sample are repeated, by the syntax that they stand in.

Each way offers what it makes of a sample, best first; whether a format reads that, and finds more in it, is for others
to see. Nothing is added that the sample does not hold: the same elements, members, lines, wells and rows come again,
and genes only where a format takes each of them once, under other names then.
"""

import copy
import io
import itertools
import json
import re
import string
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import openpyxl
from lxml import etree

from parsers.tables import is_workbook
from parsers.xml_document import is_xml

MOST_HEADER_LINES = 30
MOST_PARENTS = 40
"""Elements of a document whose children are tried."""
GENE = r"(?:A|B|C|E|F|G|D[MOPQR][AB][0-9]*|MIC[AB])"
NAMED_GENE = re.compile(rf"(?<![A-Za-z0-9])(?<!N/)({GENE})(?![A-Za-z0-9])")
OF_A_GENE = re.compile(rf"(?:HLA-)?{GENE}(?:\*.*)?")
COUNT = re.compile(rb"(?m)^[0-9]+(?=\t)")
WELL = re.compile(rb'(?m)^("?)[0-9]+(\([0-9]+,[A-H][0-9]+\)"?.*(?:\r?\n|\r))')
"""A row of a well, which begins with its number and its place on the plate."""


def elements(raw: bytes, times: int) -> Iterator[bytes]:
    """The children of an XML element that are of one name: the root's first, then those of the elements below it."""
    root = _xml(raw)
    if root is None:
        return
    places = [place for place, each in enumerate(root.iter()) if len(each)]
    places.sort(key=lambda place: len(_element_at(root, place)) == 1)  # what has but one child is a wrapper of others
    for place in places[:MOST_PARENTS]:
        names = Counter(child.tag for child in _element_at(root, place) if isinstance(child.tag, str))
        for name, _ in names.most_common():
            tree = copy.deepcopy(root)
            records = [child for child in _element_at(tree, place) if child.tag == name]
            for _ in range(times - 1):
                for record in records:
                    records[-1].addnext(copy.deepcopy(record))
            yield etree.tostring(tree)


def _element_at(root: etree._Element, place: int) -> etree._Element:
    return next(itertools.islice(root.iter(), place, None))


def members(raw: bytes, times: int) -> Iterator[bytes]:
    """The members of a JSON list, or of the lists in a JSON object."""
    match _json(raw):
        case list() as value:
            yield json.dumps(value * times).encode()
        case dict() as value:
            lists = {key: each * times if isinstance(each, list) else each for key, each in value.items()}
            yield json.dumps(lists).encode()


def message(raw: bytes, times: int) -> Iterator[bytes]:
    """The whole, again and again."""
    yield raw * times


def lines(raw: bytes, times: int) -> Iterator[bytes]:
    """The lines below a header of one line or more."""
    for header, rows in _below_headers(raw):
        yield header + rows * times


def counted_lines(raw: bytes, times: int) -> Iterator[bytes]:
    """The lines below a header, where their first cell counts them: the count goes on."""
    for header, rows in _below_headers(raw):
        yield header + _counted(rows * times)


def _counted(rows: bytes) -> bytes:
    numbers = itertools.count()
    return COUNT.sub(lambda _: b"%d" % next(numbers), rows)


def wells(raw: bytes, times: int) -> Iterator[bytes]:
    """The wells of a plate in each of its blocks, under numbers of their own."""
    numbers = itertools.count(1000)
    names: dict[tuple[bytes, int], int] = {}

    def repeated(found: re.Match[bytes]) -> bytes:
        own = found[0].partition(b"(")[0]
        others = [names.setdefault((own, time), next(numbers)) for time in range(1, times)]
        return found[0] + b"".join(b"%s%d%s" % (found[1], number, found[2]) for number in others)

    if WELL.search(raw):
        yield WELL.sub(repeated, raw)


def sheet_rows(raw: bytes, times: int) -> Iterator[bytes]:
    """The rows below the first one of every sheet of a workbook."""
    if not is_workbook(raw):
        return
    book = openpyxl.load_workbook(io.BytesIO(raw))
    for sheet in book.worksheets:
        for row in list(sheet.iter_rows(min_row=2, values_only=True)) * (times - 1):
            sheet.append(row)
    made = io.BytesIO()
    book.save(made)
    yield made.getvalue()


def genes(raw: bytes, times: int) -> Iterator[bytes]:
    """The genes, where each may come but once: under other names from the second time on."""
    if (root := _xml(raw)) is not None:
        _repeat_genes(root, times)
        yield etree.tostring(root)
        return
    if (value := _json(raw)) is not None:
        yield json.dumps(_genes_of(value, times)).encode()
        return
    for header, rows in _below_headers(raw):
        text = rows.decode("latin-1")
        yield header + "".join(_renamed(text, time) for time in range(times)).encode("latin-1")


def _xml(raw: bytes) -> etree._Element | None:
    try:
        return etree.fromstring(raw) if is_xml(raw) else None
    except etree.XMLSyntaxError:
        return None


def _json(raw: bytes) -> Any:
    try:
        return json.loads(raw)
    except ValueError:
        return None


def _below_headers(raw: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The lines of a text, parted behind a header of one line, of two, and so on."""
    found = raw.splitlines(keepends=True)
    if found and not found[-1].endswith((b"\n", b"\r")):
        found[-1] += b"\n"
    for header in range(min(len(found), MOST_HEADER_LINES)):
        yield b"".join(found[:header]), b"".join(found[header:])


def _repeat_genes(element: etree._Element, times: int) -> None:
    """Put behind every element that names a gene in an attribute others like it."""
    for child in list(element):
        if not any(map(OF_A_GENE.fullmatch, map(str, child.attrib.values()))):
            _repeat_genes(child, times)
            continue
        text = etree.tostring(child, encoding="unicode", with_tail=False)
        for time in range(times - 1, 0, -1):
            child.addnext(etree.fromstring(_renamed(text, time)))


def _genes_of(value: Any, times: int) -> Any:
    """A JSON value with its genes repeated, be they names of members or alleles in a list."""
    match value:
        case dict() if any(map(OF_A_GENE.fullmatch, value)):
            named = {key: each for key, each in value.items() if OF_A_GENE.fullmatch(key)}
            return value | {key: each for time in range(times) for key, each in _renamed_json(named, time).items()}
        case dict():
            return {key: _genes_of(each, times) for key, each in value.items()}
        case list() if value and all(isinstance(each, str) and OF_A_GENE.fullmatch(each) for each in value):
            return [each for time in range(times) for each in _renamed_json(value, time)]
    return value


def _renamed_json(value: Any, time: int) -> Any:
    return json.loads(_renamed(json.dumps(value), time))


def _renamed(text: str, time: int) -> str:
    """A text with other names for its genes; those of the first time are its own."""
    if time == 0:
        return text
    digits = (string.ascii_uppercase[time // 26**place % 26] for place in range(4))
    return NAMED_GENE.sub(rf"{''.join(digits)}\1", text)


Repetition = Callable[[bytes, int], Iterator[bytes]]
REPETITIONS: tuple[Repetition, ...] = (elements, members, message, lines, sheet_rows, wells, genes)
