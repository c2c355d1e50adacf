"""Finding the samples of every format, and an inventory of their values that is independent of any parser.

    <format>/<case>.<ext>       a sample, with its reviewed expectation <case>.json
    <format>/bad/<case>.<ext>   an input to refuse, with its reviewed explanation <case>.txt

An inventory lists each value of an input with the paths under which a parser may declare it ignored: the path itself
or any path above it.

    XML             hml/sample/@id for an attribute, or hml/sample/id, and hml/sample for its text
    JSON            genes/1/name (the first of a list is 1), genes/1 or genes
    HL7, ASTM       OBR-16.2, OBR-16 or OBR
    tables          the column's header (`column N` if it has none), `row N` (row 1 is the first below the header),
                    `sheet N`, or the cell's own text where a profile calls that text blank
    separator logs  the label that begins the line; cells without a digit are labels, not values

A format whose syntax is none of these brings `<format>/inventory.py` with `values(raw) -> Iterator[Value]`.
"""

import csv
import io
import json
import re
import runpy
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import openpyxl
import pytest
from lxml import etree

import parsers
from parsers.format import Format, load_formats, load_profiles

HERE = Path(__file__).resolve().parent
BUNDLED_PROFILES = Path(parsers.__file__).resolve().parent.parent / "config" / "profiles"

Value = tuple[list[str], str]


class Sample(msgspec.Struct, frozen=True):
    """One input under tests/formats, and what is expected of it."""

    format: str
    path: Path
    expected: Path

    @property
    def raw(self) -> bytes:
        return self.path.read_bytes()


def samples(pattern: str, ending: str) -> Iterator[Sample]:
    """Every file but the expectations, the notes and an inventory of the format's own."""
    files = [path for path in sorted(HERE.glob(pattern)) if path.suffix not in (".md", ".py", ".pyc")]
    found = {path: expectation_of(path, ending) for path in files}
    for path, expected in found.items():
        if path not in found.values():
            yield Sample(path.relative_to(HERE).parts[0], path, expected)


def expectation_of(path: Path, ending: str) -> Path:
    """Beside `run.csv` stands `run.json`, beside the JSON sample `run.json` stands `run.json.json`."""
    return path.with_name(path.name + ending) if path.suffix == ending else path.with_suffix(ending)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    for name, pattern, expectation in (("sample", "*/*.*", ".json"), ("bad_sample", "*/bad/*.*", ".txt")):
        if name in metafunc.fixturenames:
            found = list(samples(pattern, expectation))
            metafunc.parametrize(name, found, ids=[f"{each.format}/{each.path.name}" for each in found])


@pytest.fixture(scope="session")
def every_sample() -> list[Sample]:
    return list(samples("*/*.*", ".json"))


@pytest.fixture(scope="session")
def bundled_profiles() -> Path:
    return BUNDLED_PROFILES


@pytest.fixture(scope="session")
def formats() -> dict[str, Format]:
    """Every format with the profiles that ship."""
    return load_formats(load_profiles([BUNDLED_PROFILES]))


@pytest.fixture(scope="session")
def inventory() -> Callable[[bytes, str], list[Value]]:
    return inventory_of


def inventory_of(raw: bytes, format_name: str) -> list[Value]:
    """The values of an input by the format's own inventory, or by that of its syntax."""
    own = HERE / format_name / "inventory.py"
    return list(runpy.run_path(str(own))["values"](raw)) if own.exists() else values_of(raw, format_name)


def values_of(raw: bytes, format_name: str) -> list[Value]:
    """Every value that stands in an input, with the paths that may declare it ignored, nearest first."""
    if raw.startswith(b"PK"):
        sheets = enumerate(workbook_sheets(raw), start=1)
        return [value for number, rows in sheets for value in table_values(rows, f"sheet {number}")]
    text = decoded(raw).lstrip("\ufeff")
    if text.lstrip().startswith("<"):
        return list(element_values(etree.fromstring(raw), ""))
    if re.match(r"\s*[\[{]", text):
        return list(member_values(json.loads(text), ""))
    if header := re.search(r"(MSH|FHS|BHS)\W|(?<![^\s\d\x00-\x1f])H[^\w\s]", text[:200]):
        return list(record_values(text[header.start() :]))
    if format_name == "separator_log":
        return list(log_values(re.split(r"[\r\n\x02\x03]+", text)))
    lines = re.split(r"\r\n|\r|\n", text)
    return list(table_values(list(csv.reader(lines, delimiter=max("\t,;", key=lines[0].count)))))


def decoded(raw: bytes) -> str:
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp1252")


def member_values(value: object, path: str) -> Iterator[Value]:
    if isinstance(value, dict | list):
        members = value.items() if isinstance(value, dict) else enumerate(value, start=1)
        for name, member in members:
            yield from member_values(member, f"{path}/{name}".lstrip("/"))
    elif value not in (None, ""):
        yield upwards(path, "/"), str(value)


def element_values(element: etree._Element, above: str) -> Iterator[Value]:
    if not isinstance(element.tag, str):
        return
    path = f"{above}/{etree.QName(element).localname}".lstrip("/")
    for name, value in element.attrib.items():
        attribute = etree.QName(name).localname
        yield [f"{path}/@{attribute}", f"{path}/{attribute}", *upwards(path, "/")], str(value)
    for text in (element.text, *(child.tail for child in element)):
        if text and text.strip():
            yield [f"{path}/text()", *upwards(path, "/")], text
    for child in element:
        yield from element_values(child, path)


def record_values(text: str) -> Iterator[Value]:
    """HL7 numbers its header so that MSH-1 is the separator itself; ASTM calls the record type field 1."""
    text = re.sub(r"[\x03\x17][0-9A-F]{2}\r?\n?|\x02[0-7]|[\x04\x05\x0b\x1c]", "", text)
    astm = text.startswith("H")
    separator, *others = text[1:4] if astm else text[3:6]
    repeat, component = others if astm else reversed(others)
    for line in re.split(r"[\r\n]+", text):
        name, *fields = line.split(separator)
        header = name in ("MSH", "FHS", "BHS", "H")
        for number, field in enumerate(fields, start=2 if astm or header else 1):
            if not (header and number == 2):
                yield from field_values(name, number, field.split(repeat), component)


def field_values(name: str, number: int, repetitions: list[str], component: str) -> Iterator[Value]:
    for repetition in repetitions:
        for place, part in enumerate(repetition.split(component), start=1):
            for leaf in part.split("&"):
                if leaf.strip():
                    yield [f"{name}-{number}.{place}", f"{name}-{number}", name], leaf


def log_values(lines: list[str]) -> Iterator[Value]:
    for line in lines:
        cells = [cell.strip() for cell in re.split(r"[;|]", line)]
        for place, cell in enumerate(cells):
            if re.search("[0-9]", cell):
                value = re.sub(r"^[^0-9 ]+ ", "", cell)  # `SN G1-0042` is a label and its value in one cell
                yield [cells[0], *cells[max(place - 1, 0) : place]], value


def workbook_sheets(raw: bytes) -> Iterator[list[list[str]]]:
    for sheet in openpyxl.load_workbook(io.BytesIO(raw)).worksheets:
        yield [["" if cell is None else str(cell) for cell in row] for row in sheet.iter_rows(values_only=True)]


def table_values(rows: list[list[str]], sheet: str = "") -> Iterator[Value]:
    header, *body = [row for row in rows if any(cell.strip() for cell in row)]
    names = [name.strip() or f"column {place}" for place, name in enumerate(header, start=1)]
    for number, row in enumerate(body, start=1):
        for name, cell in zip(names, row, strict=True):
            if cell.strip():
                yield [name, f"row {number}", sheet, cell], cell


def upwards(path: str, separator: str) -> list[str]:
    parts = path.split(separator)
    return [separator.join(parts[:length]) for length in range(len(parts), 0, -1)]
