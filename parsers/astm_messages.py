r"""ASTM E1394 / LIS02-A2: records of a message, its delimiters and its escapes.

    H|\^&|...      every message declares its delimiters: field | , repeat \ , component ^ , escape &
    P  patient     under H
      O  order     under P; names the specimen
        R  result  under O
    C, M, S        comment, maker's and scientific records: about the record before them
    L              the end; a message without it is not complete

Fields count the record type as field 1, so the specimen id is O-3 and a value R-4. Escapes (&F& field, &S& component,
&R& repeat, &E& escape, &Xhh& bytes) are decoded once, after the splitting; an escape that is not known stays as it is.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from parsers.errors import ParseError
from parsers.line_ends import split_records

TYPES = frozenset("HPORCMSQL")

DECLARATION = re.compile(r"H([^\w\s])([^\w\s])([^\w\s])([^\w\s])")


class Delimiters(NamedTuple):
    """The four signs that a header record declares."""

    field: str = "|"
    repeat: str = "\\"
    component: str = "^"
    escape: str = "&"


class Record:
    """One record. Fields and components are numbered from 1; reading a value marks it as taken.

    `fields` are without the blanks that pad them, escapes undecoded.
    """

    __slots__ = ("_taken", "delimiters", "fields", "line", "text", "type")

    def __init__(self, text: str, line: int, delimiters: Delimiters) -> None:
        self.text = text
        self.line = line
        self.delimiters = delimiters
        self.fields = ["", *map(str.strip, text.split(delimiters.field))]
        self.type = self.fields[1]  # the letter that says what kind of record it is
        self._taken: set[int] = {1, 2} if self.type == "H" else {1}

    @property
    def where(self) -> str:
        """The place of this record in its input, for people."""
        return f"line {self.line} ({self.type})"

    def raw(self, number: int) -> str:
        """A field as it stands, without the blanks that pad it."""
        self._taken.add(number)
        return self.fields[number] if number < len(self.fields) else ""

    def value(self, number: int) -> str:
        """A field, escapes decoded; component and repeat signs stay as they are."""
        text = self.raw(number)
        return unescape(text, self.delimiters) if text else ""

    def repeats(self, number: int) -> tuple[str, ...]:
        """The repeats of a field that are not empty, escapes decoded."""
        return tuple(filter(None, self._parts(number, self.delimiters.repeat)))

    def components(self, number: int) -> list[str]:
        """The components of a field, escapes decoded, without padding."""
        return self._parts(number, self.delimiters.component)

    def _parts(self, number: int, sign: str) -> list[str]:
        text = self.raw(number)
        parts = list(map(str.strip, text.split(sign)))
        return [unescape(part, self.delimiters) for part in parts] if self.delimiters.escape in text else parts

    def left(self) -> list[str]:
        """The paths of the fields that hold something and were not read."""
        numbered = enumerate(self.fields[2:], start=2)
        return [f"{self.type}-{number}" for number, text in numbered if text and number not in self._taken]


def unescape(text: str, delimiters: Delimiters) -> str:
    """The value behind a text: known escapes decoded once, others as they stand."""
    sign = delimiters.escape
    if sign not in text:
        return text
    known = {"F": delimiters.field, "S": delimiters.component, "R": delimiters.repeat, "E": sign}

    def decode(found: re.Match[str]) -> str:
        return known.get(found[1]) or bytes.fromhex(found[1][1:]).decode("latin-1")

    return re.sub(rf"{re.escape(sign)}([FSRE]|X(?:[0-9A-Fa-f]{{2}})+){re.escape(sign)}", decode, text)


def messages_of(text: str) -> list[list[Record]]:
    """The records of every message, from H to L. Raises ParseError on anything that is not a complete message."""
    messages: list[list[Record]] = []
    open_message = False
    for line, record in _lines(text):
        if not open_message:
            messages.append([Record(record, line, read_delimiters(record, line))])
            open_message = True
        else:
            messages[-1].append(_record(record, line, messages[-1][0].delimiters))
        open_message = messages[-1][-1].type != "L"
    if not messages:
        raise ParseError("this input holds no record", where="line 1", expected="a header record, H")
    if open_message:
        raise ParseError(
            "the message is incomplete: it has no terminator record",
            where=messages[-1][-1].where,
            expected="an L record at the end",
            advice="Have the analyser send the result again.",
        )
    return messages


def _lines(text: str) -> Iterator[tuple[int, str]]:
    line = 1
    for record, end in zip(*split_records(text), strict=True):
        if record.strip("\0 \t"):
            yield line, record
        line += len(end) if len(end) < 2 else max(end.count("\r"), end.count("\n"))


def _record(text: str, line: int, delimiters: Delimiters) -> Record:
    record = Record(text.lstrip(), line, delimiters)
    if record.type == "H":
        raise ParseError(
            "a new message begins before the last one ended",
            where=f"line {line}",
            expected="an L record before the next H",
            advice="Have the analyser send the result again.",
        )
    if record.type not in TYPES:
        raise ParseError(
            "a record of an unknown type",
            found=text,
            where=f"line {line}",
            expected="a record that begins with one of H P O R C M S Q L and the field delimiter",
        )
    return record


def read_delimiters(header: str, line: int = 1) -> Delimiters:
    """The delimiters that a header record declares. Raises ParseError unless they are four distinct signs."""
    found = DECLARATION.match(header)
    signs = found.groups() if found else ()
    if len(set(signs)) != 4 or header[5:6] not in ("", signs[0]):
        raise ParseError(
            "a message must begin with a header record",
            found=header,
            where=f"line {line}",
            expected=r"H and four distinct delimiters, such as H|\^&",
            advice="Lines that are no record, such as comments, cannot stand in an ASTM message.",
        )
    return Delimiters(*signs)
