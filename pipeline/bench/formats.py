"""How fast each format is read, beside the library that only takes its syntax apart: lxml, json, csv or openpyxl.

Both get the same bytes in the same run. A record holds every value and says of every other that it was left out, so it
cannot be had for nothing; the goal is four times what the library alone needs. The samples are those of the tests in a
checkout, of the demo in an installed program, or any folder that is named (`--samples`).
"""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import openpyxl
from lxml import etree

from parsers.format import HEAD_BYTES, load_formats, load_profiles
from parsers.xml_document import text_of
from pipeline.bench.figures import Figure, best
from pipeline.bench.grown_samples import SIZE, Grown, grown_samples, syntax_of
from pipeline.home import BUNDLED

ROUNDS = 7
GOAL_TIMES = 4
SAMPLES = BUNDLED.parent / "tests" / "formats"
DEMO = BUNDLED / "demo" / "exports"


def run(samples: Path | None = None, size: int = SIZE, rounds: int = ROUNDS) -> list[Figure]:
    """Two figures for every format of which a sample is found: megabytes a second, and times the library alone."""
    formats = load_formats(load_profiles([BUNDLED / "profiles"]))
    folder = samples or (SAMPLES if SAMPLES.is_dir() else DEMO)
    return [figure for grown in grown_samples(folder, formats, size) for figure in _figures(grown, rounds)]


def _figures(grown: Grown, rounds: int) -> list[Figure]:
    raw = grown.document.raw
    syntax = syntax_of(raw)
    library, take_apart = LIBRARIES[syntax]
    name = f"{grown.reader.name}, {syntax}"
    alone = best(lambda: take_apart(raw), rounds)
    read = best(lambda: grown.reader.parse(grown.document), rounds)
    repeated = f", one sample {grown.times} times" if grown.times > 1 else ""
    beside = f"{library} {len(raw) / alone / 1e6:.3g}; {len(raw)} bytes{repeated}"
    return [
        Figure(name, len(raw) / read / 1e6, "MB/s", beside),
        Figure(f"{name}, of {library}", read / alone, "times", f"goal: at most {GOAL_TIMES}"),
    ]


def _rows(raw: bytes) -> int:
    text = text_of(raw)
    first = text[:HEAD_BYTES]
    delimiter = max("\t,;|", key=first.count)
    lines = io.StringIO(text, newline=None)  # any line end: HL7 and ASTM end theirs with CR alone
    return sum(map(len, csv.reader(lines, delimiter=delimiter, quoting=csv.QUOTE_NONE)))


def _cells(raw: bytes) -> int:
    book = openpyxl.load_workbook(io.BytesIO(raw), read_only=True)
    return sum(len(row) for sheet in book.worksheets for row in sheet.iter_rows(values_only=True))


LIBRARIES: dict[str, tuple[str, Callable[[bytes], object]]] = {
    "xlsx": ("openpyxl", _cells),
    "xml": ("lxml", etree.fromstring),
    "json": ("json", json.loads),
    "text": ("csv", _rows),
}
"""What takes each syntax apart and does nothing else."""
