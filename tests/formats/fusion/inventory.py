"""Every cell that is no label, with the label before it; a label and its value may stand in one cell."""

import csv
import re
from collections.abc import Iterator


def values(raw: bytes) -> Iterator[tuple[list[str], str]]:
    lines = raw.decode().splitlines()
    label = "the head"
    for row in csv.reader(lines, delimiter="\t" if "\t" in raw.decode() else ","):
        for cell in filter(None, row):
            name, colon, rest = cell.partition(":")
            labelled = bool(colon) and re.fullmatch(r"[A-Za-z. ]+", name)
            label = name if labelled else label
            if value := (rest if labelled else cell).strip():
                yield [label, "blank well"] if value in ("XYXYXY",) else [label], value
