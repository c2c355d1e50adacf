"""What a part of an ISBT 128 structure holds, by its kind: whether it can be so, and what the code means.

config/codes/isbt128_codes.toml names the kinds, the characters each is made of and the tables of codes. A part that its
kind rules out is wrong; a code that is in no table is noted where the standard's table grows, for it may be newer than
the one here.
"""

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import cache
from itertools import pairwise
from typing import Literal

import msgspec

from parsers.code_tables import settings

FIRST_YEARS = {"0": 2000, "9": 1900}
"""By the digit of the century that a label writes."""
END_OF_DAY = "2359"


class Kind(msgspec.Struct, frozen=True):
    """What parts of one kind may hold; without pattern and codes they are dates."""

    expected: str
    pattern: str = ""
    codes: str = ""
    leading: int | None = None
    unknown: Literal["wrong", "noted", "usual"] = "wrong"
    doubted: str = ""
    doubt: str = ""


class Codes(msgspec.Struct, frozen=True):
    """A table of codes as it is written: the codes of each meaning, and of each meaning and column."""

    rows: dict[str, str]
    columns: tuple[str, ...] = ()


class Reading(msgspec.Struct, frozen=True):
    """What a part says: its value, its meaning in words, why it cannot be right, and what is doubtful."""

    value: str
    meaning: str = ""
    wrong: str = ""
    note: str = ""


@cache
def kinds() -> dict[str, Kind]:
    """Every kind of part, by its name."""
    return msgspec.convert(settings("isbt128_codes.toml")["kind"], dict[str, Kind])


@cache
def meanings(table: str) -> dict[str, str]:
    """The meaning of every code of a table; none has the meaning "" where the table only lists codes."""
    codes = msgspec.convert(settings("isbt128_codes.toml")["codes"][table], Codes)
    found = dict[str, str]()
    for row, written in codes.rows.items():
        for place, code in enumerate(each for word in written.split() for each in _spread(word)):
            column = codes.columns[place] if codes.columns else ""
            found[code] = ", ".join(filter(None, (row, column)))
    return found


def _spread(word: str) -> list[str]:
    """`20-59` as the numbers that it stands for."""
    first, _, last = word.partition("-")
    return [f"{number:0{len(first)}}" for number in range(int(first), int(last) + 1)] if last else [word]


def read_part(label: str, text: str, name: str) -> Reading:
    """The part `label` of a structure, whose kind is `name`."""
    kind = kinds()[name]
    if calendar := CALENDARS.get(name):
        return calendar(text) or _wrong(label, text, kind)
    if kind.pattern and not re.fullmatch(kind.pattern, text):
        return _wrong(label, text, kind)
    return _coded(label, text, kind) if kind.codes else Reading(text)


def _coded(label: str, text: str, kind: Kind) -> Reading:
    meaning = meanings(kind.codes).get(text[: kind.leading])
    if text in kind.doubted.split():
        return Reading(text, meaning or "", note=f"{label}: {kind.doubt}")
    if meaning is not None or kind.unknown == "usual":
        return Reading(text, meaning or "")
    if kind.unknown == "wrong":
        return _wrong(label, text, kind)
    return Reading(text, note=f'{label}: nobody here knows what "{text}" means')


def _wrong(label: str, text: str, kind: Kind) -> Reading:
    return Reading(text, wrong=f'{label}: "{text}" is no {kind.expected}')


def _day(text: str) -> Reading | None:
    """`018365` (century 20, year 18, day 365)."""
    day = _day_of_year(text)
    return Reading(day.isoformat()) if day else None


def _day_and_time(text: str) -> Reading | None:
    """`0183652359`: a day, hour and minute. Labels without a time write the last minute of the day."""
    day, clock = _day_of_year(text[:6]), _numbers(text[6:], 2, 2)
    if day is None or clock is None or not (clock[0] < 24 and clock[1] < 60):
        return None
    meaning = "the end of the day, or no time is stated" if text[6:] == END_OF_DAY else ""
    return Reading(f"{day.isoformat()}T{text[6:8]}:{text[8:]}", meaning)


def _day_of_year(text: str) -> date | None:
    numbers = _numbers(text[1:], 2, 3)
    if numbers is None or text[0] not in FIRST_YEARS or numbers[1] == 0:
        return None
    year = FIRST_YEARS[text[0]] + numbers[0]
    day = date(year, 1, 1) + timedelta(days=numbers[1] - 1)
    return day if day.year == year else None


def _month(text: str) -> Reading | None:
    return _said(text, 7, 4, 2)


def _date(text: str) -> Reading | None:
    return _said(text, 10, 4, 2, 2)


def _date_or_none(text: str) -> Reading | None:
    return Reading(text, "no expiry") if text == "00000000" else _date(text)


def _date_and_time(text: str) -> Reading | None:
    return _said(text, 16, 4, 2, 2, 2, 2)


def _said(text: str, shown: int, *lengths: int) -> Reading | None:
    """Digits as they stand, with `shown` characters of their moment in ISO 8601; None if there is no such moment."""
    numbers = _numbers(text, *lengths)
    if numbers is None:
        return None
    year, month, day, hour, minute = (*numbers, *(1, 1, 1, 0, 0)[len(numbers) :])
    try:
        moment = datetime(year, month, day, hour, minute)  # noqa: DTZ001  # labels state no zone
    except ValueError:
        return None
    return Reading(text, moment.isoformat()[:shown])


def _numbers(text: str, *lengths: int) -> list[int] | None:
    """`text` cut into numbers of these lengths; None if it is not made of that many digits."""
    if len(text) != sum(lengths) or not (text.isascii() and text.isdecimal()):
        return None
    ends = [sum(lengths[:place]) for place in range(len(lengths) + 1)]
    return [int(text[start:end]) for start, end in pairwise(ends)]


CALENDARS: dict[str, Callable[[str], Reading | None]] = {
    "day": _day,
    "day and time": _day_and_time,
    "month": _month,
    "date": _date,
    "date or none": _date_or_none,
    "date and time": _date_and_time,
}
"""The kinds that are dates, and what reads them; None where no calendar has the day."""
