"""Numbers in the notation that a layout declares: one sign before the decimals, the other one between thousands.

    comma before the decimals    303,0    12.120     1.012,5      never  1.5  12.12
    point before the decimals    303.0    12,120     1,012.5      never  1,5  12,12

Between thousands a sign parts groups of exactly three digits. Anything else is no number of this notation.
"""

import re

from parsers.records import DecimalSign

_NUMBER = re.compile(r"[<>≤≥=]*\s*[+-]?[.,]*[0-9][0-9.,]*(?:[eE][+-]?[0-9]+)?")


def _notation(decimal: str, thousands: str) -> re.Pattern[str]:
    whole = rf"[1-9][0-9]{{0,2}}(?:{thousands}[0-9]{{3}})+|[0-9]+"
    return re.compile(rf"(?P<before>[^0-9.,]*)(?P<whole>{whole})(?:{decimal}(?P<decimals>[0-9]+))?(?P<power>[eE].*)?")


_NOTATIONS: dict[DecimalSign, re.Pattern[str]] = {".": _notation(r"\.", ","), ",": _notation(",", r"\.")}


def plain_number(text: str, decimal: DecimalSign | None) -> str | None:
    """A number with a decimal point and nothing between thousands; None if it is not written in this notation.

    A text that is no number, or one of a layout that declares no notation, stays as it is.
    """
    if decimal is None or not _NUMBER.fullmatch(text):
        return text
    found = _NOTATIONS[decimal].fullmatch(text)
    if found is None:
        return None
    whole = re.sub(r"[.,]", "", found["whole"])
    decimals = f".{found['decimals']}" if found["decimals"] else ""
    return f"{found['before']}{whole}{decimals}{found['power'] or ''}"
