r"""Writing ASTM E1394 / LIS02-A2, and taking a message apart so that it can be put together again byte for byte.

A message that is taken apart holds its fields, repeats and components as they stand, escapes undecoded, and the line
end behind every record; so nothing is lost, whatever the sender did. A record that is written anew has its values
escaped: what would be read as a delimiter, and what no record may hold.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from parsers.astm_messages import DECLARATION, Delimiters
from parsers.line_ends import split_records

LOSSLESS = "latin-1"
"""Every byte is one character of it, and back."""
_UNSPEAKABLE = re.compile(r"[\x00-\x1f\x7f]")

Component = str
Repeat = tuple[Component, ...]
Field = tuple[Repeat, ...]


Written = str | Repeat | Sequence[Repeat]
"""A field to be written: a value, the components of one, or a list of those."""


class Line(NamedTuple):
    """One record as it stands: its fields, the delimiters that hold for it, the line end behind it."""

    fields: tuple[Field, ...]
    delimiters: Delimiters
    end: str


def take_apart(raw: bytes) -> list[Line]:
    """Every record of any bytes; those before the first header are taken to have the usual delimiters."""
    lines, delimiters = [], Delimiters()
    for text, end in zip(*split_records(raw.decode(LOSSLESS)), strict=True):
        if declared := DECLARATION.match(text):
            delimiters = Delimiters(*declared.groups())
        lines.append(Line(_fields(text, delimiters, is_header=bool(declared)), delimiters, end))
    return lines


def put_together(lines: Sequence[Line]) -> bytes:
    """The bytes of these records."""
    return "".join(_joined(line.fields, line.delimiters) + line.end for line in lines).encode(LOSSLESS)


def escape(text: str, delimiters: Delimiters) -> str:
    """A value as it may stand in a record: delimiters by their letters, control characters by their bytes."""
    signs = dict(zip(delimiters, "FRSE", strict=True))
    escaped = "".join(
        f"{delimiters.escape}{signs[each]}{delimiters.escape}" if each in signs else each for each in text
    )
    return _UNSPEAKABLE.sub(lambda found: f"{delimiters.escape}X{ord(found[0]):02X}{delimiters.escape}", escaped)


def write_record(fields: Sequence[Written], delimiters: Delimiters) -> str:
    """A record with its CR; empty fields at its end are left out."""
    written = [_written(field, delimiters) for field in fields]
    return delimiters.field.join(written).rstrip(delimiters.field) + "\r"


def write_header(fields: Sequence[Written], delimiters: Delimiters) -> str:
    """A header record, whose second field declares the delimiters; `fields` are the third and those behind it."""
    declared = "H" + "".join(delimiters)
    return declared + delimiters.field + write_record(fields, delimiters)


def _fields(text: str, delimiters: Delimiters, *, is_header: bool) -> tuple[Field, ...]:
    """The declaration in a header's second field is one value, although it consists of delimiters."""
    if not is_header:
        return _split(text, delimiters)
    declaration, behind, rest = text[2:].partition(delimiters.field)
    head: tuple[Field, ...] = ((("H",),), ((declaration,),))
    return head + _split(rest, delimiters) if behind else head


def _split(text: str, delimiters: Delimiters) -> tuple[Field, ...]:
    return tuple(
        tuple(tuple(repeat.split(delimiters.component)) for repeat in field.split(delimiters.repeat))
        for field in text.split(delimiters.field)
    )


def _joined(fields: Sequence[Field], delimiters: Delimiters) -> str:
    return delimiters.field.join(
        delimiters.repeat.join(delimiters.component.join(repeat) for repeat in field) for field in fields
    )


def _written(field: Written, delimiters: Delimiters) -> str:
    if isinstance(field, str):
        return escape(field, delimiters)
    if isinstance(field, tuple):
        return delimiters.component.join(escape(each, delimiters) for each in field)
    return delimiters.repeat.join(_written(repeat, delimiters) for repeat in field)
