"""The layout of a cell separator's log as a profile (TOML) describes it, and how its lines fall apart into cells.

No maker publishes the format of these logs, so every layout is a profile; config/profiles/graftsep.toml explains each
setting. Cells are read from left to right. A known label takes the cells behind it; the cells behind an unknown one,
up to the next known label, are kept with it.
"""

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Literal

import msgspec

from parsers.errors import ParseError
from parsers.format import Profile, Verified
from parsers.records import Printed, Provenance, Quantity, VolumeBasis

IdentityField = Literal[
    "sample", "subject", "report_id", "procedure", "device", "device_serial", "software", "started", "ended"
]


class Stream(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a run begins and ends, as regular expressions for its first and last line."""

    begins: str
    ends: str
    completed: str = ""


class Cells(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The signs within a line."""

    delimiter: str = ";"
    group: str = ""
    decimal: Literal[".", ","] = "."


class Lines(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Regular expressions for lines of their own kind; an empty one matches nothing."""

    reading: str = ""
    alarm: str = ""


class Item(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A canonical item: the labels printed for it, what it counts if it is a volume, its unit where none is printed."""

    labels: tuple[str, ...]
    volume_basis: VolumeBasis | None = None
    unit: str = ""


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Everything a profile may say."""

    format: str
    title: str
    stream: Stream
    verified: Verified = "published descriptions"
    encoding: str = "utf-8"
    provenance: Provenance = "device_file"
    cells: Cells = Cells()
    lines: Lines = Lines()
    identity: dict[str, IdentityField] = {}
    prefixes: dict[str, IdentityField] = {}
    items: dict[str, Item] = {}


class Identity(msgspec.Struct, frozen=True):
    """A cell that fills a field of the record itself."""

    field: IdentityField
    label: str
    text: str


Found = Identity | Quantity | Printed


class Layout:
    """A profile made ready for reading."""

    def __init__(self, profile: Profile) -> None:
        self.profile = profile
        self.settings = settings = _settings(profile)
        try:
            self.begins, self.ends = re.compile(settings.stream.begins), re.compile(settings.stream.ends)
            self.completed = re.compile(settings.stream.completed)
            self.reading, self.alarm = _line_pattern(settings.lines.reading), _line_pattern(settings.lines.alarm)
        except re.error as error:
            raise _bad_profile(profile, f"a regular expression is wrong: {error}") from error
        self._identity = {_key(label): field for label, field in settings.identity.items()}
        self._items = {_key(label): name for name, item in settings.items.items() for label in item.labels}
        self._labels = {*self._identity, *self._items}
        self._prefixes = tuple(prefix + " " for prefix in settings.prefixes)

    def decode(self, raw: bytes) -> str:
        """The text of a log in the profile's encoding. Raises ParseError on bytes that are not text by it."""
        try:
            return raw.decode(self.settings.encoding).removeprefix("\ufeff")
        except UnicodeDecodeError as error:
            raise ParseError(
                f"the log is not text in {self.settings.encoding}",
                found=raw[error.start : error.start + 8].hex(" "),
                where=f"byte {error.start}",
                expected=f"{self.settings.encoding}, as the profile {self.profile.name} says",
                advice="Correct `encoding` in the profile, or export the log again.",
            ) from error

    def found_in(self, line: str, number: int) -> Iterator[Found]:
        """What the cells of a line hold, from left to right."""
        groups = line.split(self.settings.cells.group) if self.settings.cells.group else [line]
        for group in groups:
            yield from self._found_in_group(
                [cell.strip() for cell in group.split(self.settings.cells.delimiter)], f"line {number}"
            )

    def _found_in_group(self, cells: list[str], where: str) -> Iterator[Found]:
        labels = [0, *(place for place, cell in enumerate(cells) if place and self._is_label(cell)), len(cells)]
        for place, end in pairwise(labels):
            yield from self._understood(cells[place], cells[place + 1 : end], where)

    def _is_label(self, cell: str) -> bool:
        return _key(cell) in self._labels or cell.startswith(self._prefixes)

    def _prefix_of(self, cell: str) -> str | None:
        if not cell.startswith(self._prefixes):
            return None
        return next(prefix for prefix in self.settings.prefixes if cell.startswith(prefix + " "))

    def _understood(self, label: str, values: list[str], where: str) -> Iterator[Found]:
        prefix, key = self._prefix_of(label), _key(label)
        if prefix is not None:
            yield Identity(self.settings.prefixes[prefix], prefix, label[len(prefix) :].strip())
            rest = values
        elif key in self._identity and values:
            yield Identity(self._identity[key], label, values[0])
            rest = values[1:]
        elif key in self._items and values:
            yield self._quantity(self._items[key], label, values)
            rest = values[2:]
        else:
            yield from self._unknown(label, values, where)
            return
        if any(rest):
            yield from self._unknown(rest[0], rest[1:], where)

    def _unknown(self, label: str, values: list[str], where: str) -> Iterator[Printed]:
        if label or any(values):
            yield Printed(label, self.settings.cells.delimiter.join(values), where)

    def _quantity(self, item: str, label: str, values: list[str]) -> Quantity:
        return Quantity(
            item=item,
            label=label,
            value=self._number(values[0]),
            unit=(values[1] if len(values) > 1 else "") or self.settings.items[item].unit,
            volume_basis=self.settings.items[item].volume_basis,
            provenance=self.settings.provenance,
        )

    def _number(self, text: str) -> str:
        """The text; a decimal comma that the profile declares is notation of the layout and becomes a point."""
        declared = self.settings.cells.decimal == ","
        return text.replace(",", ".") if declared and re.fullmatch(r"[-+]?\d+,\d+", text) else text


def _key(label: str) -> str:
    return label.strip().casefold()


def _line_pattern(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern or r"(?!)")


def _settings(profile: Profile) -> Settings:
    try:
        return msgspec.convert(profile.settings, Settings)
    except msgspec.ValidationError as error:
        raise _bad_profile(profile, str(error)) from error


def _bad_profile(profile: Profile, reason: str) -> ParseError:
    return ParseError(
        f"the profile {profile.name} cannot be used: {reason}",
        where=f"{profile.name}.toml",
        expected="the settings that config/profiles/graftsep.toml explains",
    )
