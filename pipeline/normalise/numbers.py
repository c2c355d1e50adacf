"""Printed numbers, read strictly: what could mean two things stays text.

A number is digits with an optional sign, a decimal point and a comparator before it (`<0.1`); with one digit before the
point it may have a power of ten behind it (`2.45E6`). A comma is a decimal mark in one country and a thousands mark in
the next: before one or two digits it can only be the first (`5,2`), and `1,234` is not read. Values that were printed
together are in one notation: beside `41,3`, the point in `1.234` may part thousands, and it is not read either. Where
the layout declares which sign stands before the decimals, nothing has to be guessed, and a number in another notation
is none.
"""

import math
import re
from collections.abc import Iterable

import msgspec

from parsers.number_notation import plain_number
from parsers.records import DecimalSign
from pipeline.normalise.records import Flag

NUMBER = re.compile(r"(<=|>=|<|>|≤|≥)?\s*([+-]?(?:[0-9]+(?:\.[0-9]+)?|[0-9]\.[0-9]+E[+-]?[0-9]{1,2}))")
DECIMAL_COMMA = re.compile(r"((?:<=|>=|<|>|≤|≥)?\s*[+-]?[0-9]+),([0-9]{1,2}(?:E[+-]?[0-9]{1,2})?)")
COMMA_NUMBER = re.compile(r"[<>≤≥=]*\s*[+-]?[0-9]+(?:[.,][0-9]+)*,[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
LIKE_A_NUMBER = re.compile(
    r"[<>≤≥=]*\s*[+-]?[0-9]*[.,]?[0-9]+[.,]?(?:[eE][+-]?[0-9]+)?(?:\s*(?:%|[*!]+)|\s+[HL]{1,2})?|[0-9.]+"
)
"""Also with what printers put behind it: a unit that has a column of its own, a mark, a flag (`5.4 H`)."""
IN_GROUPS = re.compile(r"[<>≤≥=]*\s*[+-]?[0-9]{1,3}(?:[ \u00a0\u2009\u202f][0-9]{3})+(?:[.,][0-9]+)?")
"""Thousands parted by a blank, be it a thin or an unbroken one (`274 000`)."""
SHOWN_COMMA = re.compile(
    r"[<>≤≥=]*\s*[+-]?(?:[0-9]+,[0-9]{1,2}|0,[0-9]+|[1-9][0-9]{0,2}(?:\.[0-9]{3})+,[0-9]+)(?:[eE][+-]?[0-9]+)?\s*[%*!]?"
)
"""A comma that can stand before decimals only."""
POINT_BEFORE_THREE = re.compile(r"[<>≤≥=]*\s*[+-]?[1-9][0-9]{0,2}\.[0-9]{3}")
PLACEHOLDER = re.compile(r"[-*._?=]{2,}|\"\"")
SEPARATORS = re.compile(r"[\^~!@&\\]+")
"""What ASTM and HL7 part a field with."""
COMPARATORS = {"≤": "<=", "≥": ">="}


class Number(msgspec.Struct, frozen=True):
    """A printed number: its value, the comparator before it, and any doubt."""

    number: float | None = None
    comparator: str = ""
    flags: tuple[Flag, ...] = ()


def shows_commas(texts: Iterable[str]) -> bool:
    """Whether one of the values that were printed together has a comma that can stand before decimals only."""
    return any(SHOWN_COMMA.fullmatch(text.strip()) for text in texts)


def read_number(text: str, decimal: DecimalSign | None = None, *, beside_commas: bool = False) -> Number:
    """The number that `text` is; no number for words, and a flag where it might have been meant as one.

    `decimal` is the sign before the decimals, where that is declared; else `beside_commas` says whether values printed
    together with this one show a comma there.
    """
    stripped = plain_number(text.strip(), decimal)
    if stripped is None:
        message = f'the layout declares "{decimal}" before the decimals, and this is written otherwise; kept as text'
        return Number(flags=(Flag("unreadable_number", text, message),))
    if beside_commas and decimal is None and POINT_BEFORE_THREE.fullmatch(stripped):
        message = "other values of this report have a comma before their decimals; here the point may part thousands"
        return Number(flags=(Flag("ambiguous_number", text, f"{message}; the value is kept as text"),))
    if DECIMAL_COMMA.fullmatch(stripped):
        stripped = DECIMAL_COMMA.sub(r"\1.\2", stripped)
    if match := NUMBER.fullmatch(stripped):
        value = float(match[2])
        if math.isfinite(value):
            return Number(value, COMPARATORS.get(match[1], match[1] or ""))
    return Number(flags=_doubts(text, stripped))


def _doubts(printed: str, text: str) -> tuple[Flag, ...]:
    """The flag of what is no number and might have been meant as one."""
    if COMMA_NUMBER.fullmatch(text):
        message = "a comma may stand for a decimal point or for thousands; the value is kept as text"
        return (Flag("ambiguous_number", printed, message),)
    if PLACEHOLDER.fullmatch(text):
        return (Flag("no_value", printed, "signs stand where a value would: the analyser gives none"),)
    if LIKE_A_NUMBER.fullmatch(text) or IN_GROUPS.fullmatch(text):
        message = "this is not written as a number is (digits, one point, digits); the value is kept as text"
        return (Flag("unreadable_number", printed, message),)
    if _is_list_of_numbers(text):
        message = "more than one number, or a number and more, stand in place of one; the value is kept as text"
        return (Flag("unreadable_number", printed, message),)
    return ()


def _is_list_of_numbers(text: str) -> bool:
    """Whether a text is parted as fields are, and all of its parts are numbers."""
    parts = [part.strip() for part in SEPARATORS.split(text)]
    return len(parts) > 1 and any(parts) and all(NUMBER.fullmatch(part) for part in parts if part)
