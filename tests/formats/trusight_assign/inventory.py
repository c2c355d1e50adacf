"""Every cell below the header, and what the head states behind its labels; nothing of it may be ignored."""

import csv
from collections.abc import Iterator


def values(raw: bytes) -> Iterator[tuple[list[str], str]]:
    text = raw.decode()
    rows = [list(filter(None, row)) for row in csv.reader(text.splitlines(), delimiter=max("\t,", key=text.count))]
    begin = next(number for number, row in enumerate(rows) if row and row[0] == "Sample Name")
    for row in filter(None, rows[:begin]):
        yield ["the head"], row[-1].rpartition(": ")[2]
    for row in rows[begin + 1 :]:
        for cell in row:
            yield ["a cell"], cell
