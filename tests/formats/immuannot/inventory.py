"""The values of every gene; other features and the places of a gene may be ignored."""

import re
from collections.abc import Iterator

PLACES = ("contig", "source", "feature", "start", "end", "score", "strand", "frame")


def values(raw: bytes) -> Iterator[tuple[list[str], str]]:
    for line in raw.decode().splitlines():
        cells = line.split("\t")
        if len(cells) < 9 or cells[2] != "gene":
            yield ["other features"], line
        else:
            yield from (([name], cell) for name, cell in zip(PLACES, cells, strict=False) if name != "feature")
            yield from (([name], value) for name, value in re.findall(r'(\w+) "([^"]*)"', cells[8]))
