"""Every cell; those of the head, and those without a pair, may be ignored."""

import csv
from collections.abc import Iterator


def values(raw: bytes) -> Iterator[tuple[list[str], str]]:
    below = False
    for row in csv.reader(raw.decode().splitlines()):
        for cell in filter(None, row):
            below = below or cell == "Sample:"
            if cell != "Sample:":
                yield ["pair" if "*" in cell else "cells without a pair" if below else "the head"], cell
