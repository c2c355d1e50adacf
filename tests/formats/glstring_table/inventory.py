"""Every locus of every cell with the name of its column; the release of a GL String Code is a value of its own."""

import csv
import re
from collections.abc import Iterator


def values(raw: bytes) -> Iterator[tuple[list[str], str]]:
    lines = re.split(r"\r\n|\r|\n", raw.decode("utf-8-sig"))
    header, *rows = csv.reader(lines, delimiter=max("\t;,", key=lines[0].count))
    named = "*" not in "".join(header)
    for row in rows if named else [header, *rows]:
        for place, cell in enumerate(row):
            path = [header[place] if named else "column"]
            parts = cell.removeprefix("hla#").split("#", 1)
            yield from ((path, locus) for part in parts for locus in part.split("^") if locus.strip())
