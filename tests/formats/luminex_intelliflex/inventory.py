"""Every value of an INTELLIFLEX export, by its column."""

import csv
import io

SIGNATURE = "--DOCUMENT SIGNATURE--"


def values(raw):
    text, _, signature = raw.decode("utf-8").partition(SIGNATURE)
    header, *rows = csv.reader(io.StringIO(text))
    for row in rows:
        yield from (([name], cell) for name, cell in zip(header, row, strict=True) if cell)
    yield from (([SIGNATURE], line) for line in signature.split())
