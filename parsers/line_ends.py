"""Where the records of a line-oriented message end.

HL7 and ASTM end a record with CR. Senders also end it with LF or CR LF, and a sender that ends records with CR may
leave a bare LF inside a text. So the first line end of an input says which kind it uses: after a CR of its own, a bare
LF belongs to the text; otherwise every CR and LF ends a record.
"""

import re

_AFTER_CR = re.compile(r"(\r[\r\n]*)")
_AFTER_ANY = re.compile(r"([\r\n]+)")


def split_records(text: str) -> tuple[list[str], list[str]]:
    """The records of a text and, for each, the line end behind it (empty behind the last); joined, they are the text.

    Blank lines are part of the line end before them.
    """
    if "\n" not in text:
        records = text.split("\r")
        if "" not in records[:-1]:
            return records, ["\r"] * (len(records) - 1) + [""]
    parts = _splitter(text).split(text)
    return parts[0::2], [*parts[1::2], ""]


def _splitter(text: str) -> re.Pattern[str]:
    first_cr, first_lf = text.find("\r"), text.find("\n")
    bare_cr = first_cr >= 0 and text[first_cr + 1 : first_cr + 2] != "\n"
    return _AFTER_CR if bare_cr and (first_lf < 0 or first_cr < first_lf) else _AFTER_ANY
