"""Any code of the collection room decoded: ISBT 128 structures and messages, GRID, DIN, Single European Code.

An ISBT 128 code begins with two characters that name its structure; structures follow each other without a separator,
so that a message is taken apart by the lengths of config/codes/isbt128_structures.toml. A structure that is not known
there ends the reading with its position: nothing is skipped. What each part may hold stands in isbt128_parts.py.

An answer that is valid may carry a message all the same: a doubt, such as a code that is newer than the tables here.
"""

import re
from collections.abc import Iterator
from functools import cache

import msgspec

from parsers.code_tables import settings
from parsers.identifier_forms import (
    ALPHABET,
    GRID_FORM,
    LABELLED_DIN,
    check_value,
    din_check,
    grid_check,
    in_capitals,
    printed_din,
    unprefixed,
)
from parsers.isbt128_symbols import LENGTHS, NATIONAL, SCANNED_DIN, content_length
from pipeline.normalise.identifiers import SMALL_LETTERS
from pipeline.normalise.isbt128_parts import Reading, read_part

SEC_TEXT, SEC_IDENTIFIER, SEC_LENGTH = "SEC:", "&,4", 40
GRID_IDENTIFIER = "&:"
NATIONAL_NAME = "national structure"
NOT_KNOWN = "if this is a DIN, scan it, or type it without its flags and with the character in the box on the label"
OPAQUE = "each country says by itself what it holds; kept as it stands"


class Part(msgspec.Struct, frozen=True):
    """A piece of a code, by what it says; a code of a table with its meaning in words."""

    label: str
    value: str
    meaning: str = ""


class Decoded(msgspec.Struct, frozen=True):
    """A code decoded: its scheme, its canonical value, its parts; `message` says what is wrong or doubtful."""

    scheme: str
    value: str
    parts: tuple[Part, ...] = ()
    valid: bool = True
    message: str = ""


class Field(msgspec.Struct, frozen=True, array_like=True):
    """A part of a structure: its label, its characters, and the kind of what it holds."""

    label: str
    length: int
    kind: str


class Structure(msgspec.Struct, frozen=True):
    """A data structure: the characters that name it, its parts, and those that stand as often as its last part says."""

    identifier: str
    number: int
    name: str
    parts: tuple[Field, ...]
    repeated: tuple[Field, ...] = ()
    when: str = ""
    note: str = ""

    def fields(self, content: str) -> Iterator[tuple[Field, str]]:
        """Every part with the piece of `content` that it is."""
        position = 0
        for field in self.parts:
            yield field, content[position : position + field.length]
            position += field.length
        if len(self.repeated) == 1 and position < len(content):
            yield self.repeated[0], content[position:]  # characters that are counted one by one are one text
            return
        while position < len(content):
            for field in self.repeated:
                yield field, content[position : position + field.length]
                position += field.length


class Unreadable(ValueError):
    """The message cannot be taken apart from here on."""


@cache
def structures() -> tuple[Structure, ...]:
    """Every known structure, longest identifier first; of one identifier in the order of the table."""
    known = msgspec.convert(settings("isbt128_structures.toml")["structure"], tuple[Structure, ...])
    return tuple(sorted(known, key=lambda each: -len(each.identifier)))


def identify(code: str) -> Decoded:
    """What `code` is, checked part by part."""
    text = unprefixed(code)
    compact = text.replace(" ", "").replace("-", "")
    if text.startswith(SEC_TEXT):
        return _single_european_code("".join(text.removeprefix(SEC_TEXT).split()))
    if GRID_FORM.fullmatch(compact):
        return _content(_structure(GRID_IDENTIFIER, compact), compact)
    if match := printed_din(compact):
        return _din(match)
    if text[:1] in ("=", "&") and len(text) > 1:
        return _message(text)
    if text[:1] in settings("isbt128_structures.toml")["shifted_first"]:
        message = "looks like an ISBT 128 code typed by a scanner over another keyboard layout; set both to US layout"
        return Decoded("unknown", text, valid=False, message=message)
    message = f"neither GRID, DIN, Single European Code nor ISBT 128{_perhaps(compact)}"
    return Decoded("unknown", text, valid=False, message=message)


def _perhaps(compact: str) -> str:
    """What a text that is no code might be meant for, and what to do then."""
    if in_capitals(compact):
        return f"; {SMALL_LETTERS}"
    return f"; {NOT_KNOWN}" if LABELLED_DIN.fullmatch(compact) else ""


def _din(match: re.Match[str]) -> Decoded:
    """A donation number, scanned or typed: with its flags, its check character, both or neither."""
    din, flags, check = match["din"], match["flags"] or "", match.groupdict().get("check") or ""
    expected = ALPHABET[check_value(din)]
    flagged = read_part("flags", flags, "donation flags") if flags else Reading("")
    checked = din_check(match)
    wrong = flagged.wrong if checked != "wrong" else "the check does not fit: a character is wrong"
    parts = [Part("facility", din[:5]), Part("year", din[5:7]), Part("number", din[7:])]
    if flags:
        parts.append(Part("flags", flags, flagged.meaning))
    parts.append(Part("check character", check or expected))
    unchecked = checked == "absent" and match.re is not SCANNED_DIN  # a scanned one was checked by its barcode
    note = f"typed without its check character: compare the label, it must show {expected}" if unchecked else ""
    return Decoded("DIN", din, tuple(parts), not wrong, wrong or note)


def _single_european_code(text: str) -> Decoded:
    structure = _structure(SEC_IDENTIFIER, text)
    if len(text) != SEC_LENGTH:
        message = f"found {len(text)} characters, expected {SEC_LENGTH}"
        return Decoded(structure.name, text, valid=False, message=message)
    return _content(structure, text)


def _message(text: str) -> Decoded:
    """One structure, or several behind each other; a compound message must hold as many as it announces."""
    found: list[Decoded] = []
    position = 0
    try:
        while position < len(text):
            decoded, length = _first(text[position:])
            found.append(decoded)
            position += length
    except Unreadable as error:
        return Decoded("ISBT 128", text, _joined(found), False, f"character {position + 1}: {error}")
    if len(found) == 1:
        return found[0]
    wrong = next(_messages(found, valid=False), "") or _count_message(found)
    return Decoded("ISBT 128 message", text, _joined(found), not wrong, wrong or next(_messages(found, valid=True), ""))


def _messages(found: list[Decoded], *, valid: bool) -> Iterator[str]:
    return (f"{each.scheme}: {each.message}" for each in found if each.valid == valid and each.message)


def _joined(found: list[Decoded]) -> tuple[Part, ...]:
    return tuple(
        Part(f"{each.scheme}: {part.label}", part.value, part.meaning) for each in found for part in each.parts
    )


def _count_message(found: list[Decoded]) -> str:
    announced = next((part.value for part in found[0].parts if part.label == "structures"), None)
    if announced is None or int(announced) == len(found) - 1:
        return ""
    return f"{int(announced)} structures are announced, {len(found) - 1} follow"


def _first(text: str) -> tuple[Decoded, int]:
    """The structure that `text` begins with, and its length with the identifier."""
    if match := SCANNED_DIN.match(text):
        return _din(match), match.end()
    identifier = text[:3] if text[:3] in LENGTHS else text[:2]
    if identifier not in LENGTHS:
        raise Unreadable(_no_structure(identifier))
    rest = text[len(identifier) :]
    length = content_length(identifier, rest)
    name = NATIONAL_NAME if identifier in NATIONAL else _structure(identifier, rest).name
    if length is None:
        raise Unreadable(f'"{rest[: LENGTHS[identifier]]}" holds no count of what follows in {name}')
    if length > len(rest):
        raise Unreadable(f"{name} has {length} characters, {len(rest)} are left")
    if identifier in NATIONAL:
        return Decoded(NATIONAL_NAME, rest, (Part("content", rest),), message=OPAQUE), len(text)
    return _content(_structure(identifier, rest), rest[:length]), len(identifier) + length


def _no_structure(identifier: str) -> str:
    if identifier[:1] == "=" and identifier[1:].isalnum():
        return f'"{identifier}" begins no donation number: = with 13 characters such as A999924123456, and two flags'
    return f'no structure begins with "{identifier}"'


def _structure(identifier: str, content: str) -> Structure:
    """The structure of this identifier that holds for this content."""
    return next(each for each in structures() if each.identifier == identifier and re.match(each.when, content))


def _content(structure: Structure, content: str) -> Decoded:
    """The content of one structure: each part by its kind, and a GRID by its check."""
    read = [(field.label, read_part(field.label, piece, field.kind)) for field, piece in structure.fields(content)]
    wrong = next((reading.wrong for _, reading in read if reading.wrong), "")
    if not wrong and structure.identifier == GRID_IDENTIFIER and grid_check(content) == "wrong":
        wrong = "the check digits do not fit: a character is wrong"
    note = structure.note or next((reading.note for _, reading in read if reading.note), "")
    parts = tuple(Part(label, reading.value, reading.meaning) for label, reading in read)
    return Decoded(structure.name, content, parts, not wrong, wrong or note)
