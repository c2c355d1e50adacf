"""Every value of an xPONENT export, by the key in front of it or by its block."""

import csv
import io

HEADINGS = ("Location", "Sample", "Status", "Message", "CALInfo:", "-- CRC --")


def values(raw):
    text = raw.decode("utf-8") if b"\xb5" not in raw else raw.decode("latin-1")
    rows = [[cell.strip() for cell in row] for row in csv.reader(io.StringIO(text))]
    section = ""
    for row in rows:
        first = row[0] if row else ""
        if first == "DataType:":
            section = f"DataType:{row[1]}"
        elif first in ("CALInfo:", "Samples", "-- CRC --"):
            section = "" if first == "Samples" else first
        for cell in row[1:] if not section else row:
            if cell and first != "DataType:" and cell not in HEADINGS:
                yield [first, section], cell
