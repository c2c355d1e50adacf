"""Any code of the collection room decoded: ISBT 128 structures and messages, GRID, DIN, Single European Code.

An ISBT 128 code begins with two characters that name its structure; structures follow each other without a separator,
so that a message is taken apart by the lengths of config/codes/isbt128_structures.toml. A structure that is not known
there ends the reading with its position: nothing is skipped.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache

import msgspec

from parsers.isbt128_symbols import SCANNED_DIN
from pipeline.normalise.identifiers import (
    ALPHABET,
    GRID_FORM,
    PRINTED_DIN,
    check_value,
    din_check,
    grid_check,
    unprefixed,
)
from pipeline.normalise.tables import settings

COMPOUND = 23
SEC_TEXT = "SEC:"
SEC_LENGTH = 40
CHECKED = {"right": True, "wrong": False, "absent": True}


class Part(msgspec.Struct, frozen=True):
    """A piece of a code, by what it says."""

    label: str
    value: str


class Decoded(msgspec.Struct, frozen=True):
    """A code decoded: its scheme, its canonical value, its parts; if not valid, `message` says why."""

    scheme: str
    value: str
    parts: tuple[Part, ...] = ()
    valid: bool = True
    message: str = ""


class Field(msgspec.Struct, frozen=True, array_like=True):
    """A part of a structure: its label, its characters, and for dates what they count."""

    label: str
    length: int
    form: str = ""


class Structure(msgspec.Struct, frozen=True):
    """A data structure: the characters that name it, and its parts."""

    identifier: str
    number: int
    name: str
    parts: tuple[Field, ...]

    @property
    def length(self) -> int:
        """Characters of the content, without the identifier."""
        return sum(part.length for part in self.parts)


class Unreadable(ValueError):
    """The message cannot be taken apart from here on."""


@cache
def structures() -> tuple[Structure, ...]:
    """Every known structure, longest identifier first."""
    known = msgspec.convert(settings("isbt128_structures.toml")["structure"], tuple[Structure, ...])
    return tuple(sorted(known, key=lambda each: -len(each.identifier)))


def identify(code: str) -> Decoded:
    """What `code` is, checked as far as it carries a check."""
    text = unprefixed(code)
    compact = text.replace(" ", "").replace("-", "")
    if text.startswith(SEC_TEXT):
        return _single_european_code("".join(text.removeprefix(SEC_TEXT).split()))
    if GRID_FORM.fullmatch(compact):
        return _grid(compact)
    if match := PRINTED_DIN.fullmatch(compact):
        return _din(match["din"], din_check(match) != "wrong", match["flags"] or "", match["check"] or "")
    if text[:1] in ("=", "&") and len(text) > 1:
        return _message(text)
    if text[:1] in settings("isbt128_structures.toml")["shifted_first"]:
        message = "looks like an ISBT 128 code typed by a scanner over another keyboard layout; set both to US layout"
        return Decoded("unknown", text, valid=False, message=message)
    return Decoded("unknown", text, valid=False, message="neither GRID, DIN, Single European Code nor ISBT 128")


def _grid(text: str) -> Decoded:
    parts = (Part("issuer", text[:4]), Part("registration", text[4:17]), Part("check", text[17:]))
    right = grid_check(text) == "right"
    return Decoded("GRID", text, parts, right, "" if right else "the check digits do not fit: a character is wrong")


def _din(din: str, right: bool, flags: str, check: str) -> Decoded:
    expected = ALPHABET[check_value(din)]
    parts = [Part("facility", din[:5]), Part("year", din[5:7]), Part("number", din[7:])]
    if flags:
        parts.append(Part("flags", flags))
    parts.append(Part("check character", check or expected))
    message = "" if right else "the check does not fit: a character is wrong"
    if right and not check and not flags:
        message = f"typed without its check character: compare the label, it must show {expected}"
    return Decoded("DIN", din, tuple(parts), right, message)


def _single_european_code(text: str) -> Decoded:
    structure = next(each for each in structures() if each.number == 38)
    if len(text) != SEC_LENGTH:
        message = f"found {len(text)} characters, expected {SEC_LENGTH}"
        return Decoded(structure.name, text, valid=False, message=message)
    return Decoded(structure.name, text, tuple(_parts(structure, text)))


def _message(text: str) -> Decoded:
    """One structure, or several behind each other; a compound message must hold as many as it announces."""
    found: list[Decoded] = []
    position = 0
    try:
        while position < len(text):
            decoded, length = _structure(text[position:])
            found.append(decoded)
            position += length
    except Unreadable as error:
        return Decoded("ISBT 128", text, _joined(found), False, f"character {position + 1}: {error}")
    if len(found) == 1:
        return found[0]
    message = next((each.message for each in found if not each.valid), "") or _count_message(found)
    return Decoded("ISBT 128 message", text, _joined(found), not message, message)


def _joined(found: list[Decoded]) -> tuple[Part, ...]:
    return tuple(Part(f"{each.scheme}: {part.label}", part.value) for each in found for part in each.parts)


def _count_message(found: list[Decoded]) -> str:
    announced = next((part.value for part in found[0].parts if part.label == "structures"), None)
    if announced is None or not announced.isdecimal() or int(announced) == len(found) - 1:
        return ""
    return f"{int(announced)} structures are announced, {len(found) - 1} follow"


def _structure(text: str) -> tuple[Decoded, int]:
    if match := SCANNED_DIN.match(text):
        return _din(match["din"], din_check(match) != "wrong", match["flags"], ""), match.end()
    structure = next((each for each in structures() if text.startswith(each.identifier)), None)
    if structure is None:
        raise Unreadable(f'no structure begins with "{text[:2]}"')
    start = len(structure.identifier)
    content = text[start : start + structure.length]
    if len(content) < structure.length:
        raise Unreadable(f"{structure.name} has {structure.length} characters, {len(content)} are left")
    if structure.name == "GRID":
        decoded = _grid(content)
    else:
        wrong = next(_wrong_dates(structure, content), "")
        decoded = Decoded(structure.name, content, tuple(_parts(structure, content)), not wrong, wrong)
    return decoded, start + structure.length


def _pieces(structure: Structure, content: str) -> Iterator[tuple[str, str, str]]:
    position = 0
    for part in structure.parts:
        yield part.label, content[position : position + part.length], part.form
        position += part.length


def _parts(structure: Structure, content: str) -> Iterator[Part]:
    for label, piece, form in _pieces(structure, content):
        yield Part(label, (_day(piece) or piece) if form else piece)


def _wrong_dates(structure: Structure, content: str) -> Iterator[str]:
    for _, piece, form in _pieces(structure, content):
        if form and _day(piece) is None:
            yield f'"{piece}" is no date: century, year, day of the year, and hour and minute where they belong'


def _day(text: str) -> str | None:
    """`0183652359` (century 20, year 18, day 365, 23:59) in ISO 8601; None if there is no such day."""
    if not (text.isascii() and text.isdecimal()) or int(text[3:6]) == 0:
        return None
    year = (2000 if text[0] == "0" else 1000 + 100 * int(text[0])) + int(text[1:3])
    moment = date(year, 1, 1) + timedelta(days=int(text[3:6]) - 1)
    if moment.year != year:
        return None
    clock = text[6:]
    if clock and not (int(clock[:2]) < 24 and int(clock[2:]) < 60):
        return None
    return f"{moment.isoformat()}T{clock[:2]}:{clock[2:]}" if clock else moment.isoformat()
