"""The layout of a cell separator's log as a profile (TOML) describes it, and how its lines fall apart into cells.

No maker publishes the format of these logs, so every layout is a profile; config/profiles/graftsep.toml explains each
setting. Cells are read from left to right. A known label takes the cells behind it; the cells behind an unknown one,
up to the next known label, are kept with it.
"""

import re
from itertools import pairwise

import msgspec

from parsers.errors import ParseError
from parsers.format import Profile
from parsers.records import Printed, Quantity
from parsers.remembered import remembered
from parsers.separator_settings import IdentityField, key_of, settings_of, unusable


class Identity(msgspec.Struct, frozen=True):
    """A cell that fills a field of the record itself."""

    field: IdentityField
    label: str
    text: str
    where: str


Found = Identity | Quantity | Printed


class Role(msgspec.Struct, frozen=True):
    """What a known label stands for: a field of the record itself or an item.

    Behind a label with a `prefix` the value stands in the same cell, else in the next one.
    """

    field: IdentityField | None = None
    item: str = ""
    prefix: str = ""


class Layout:
    """A profile made ready for reading."""

    def __init__(self, profile: Profile) -> None:
        self.profile = profile
        self.settings = settings = settings_of(profile)
        try:
            self.begins, self.ends = re.compile(settings.stream.begins), re.compile(settings.stream.ends)
            self.completed = re.compile(settings.stream.completed)
            self.reading, self.alarm = _line_pattern(settings.lines.reading), _line_pattern(settings.lines.alarm)
        except re.error as error:
            raise unusable(profile, f"a regular expression is wrong: {error}") from error
        self._identity = {key_of(label): field for label, field in settings.identity.items()}
        self._items = {key_of(label): name for name, item in settings.items.items() for label in item.labels}
        self._prefixes = tuple(prefix + " " for prefix in settings.prefixes)
        self._role = remembered(self._role_of)

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

    def found_in(self, line: str, number: int) -> list[Found]:
        """What the cells of a line hold, from left to right."""
        groups = line.split(self.settings.cells.group) if self.settings.cells.group else [line]
        found: list[Found] = []
        for group in groups:
            cells = list(map(str.strip, group.split(self.settings.cells.delimiter)))
            labels = [place for place, cell in enumerate(cells) if place == 0 or self._role(cell)]
            for place, end in pairwise([*labels, len(cells)]):
                found += self._understood(cells[place], cells[place + 1 : end], f"line {number}")
        return found

    def _role_of(self, cell: str) -> Role | None:
        if cell.startswith(self._prefixes):
            prefix = next(each for each in self.settings.prefixes if cell.startswith(each + " "))
            return Role(field=self.settings.prefixes[prefix], prefix=prefix)
        key = key_of(cell)
        if key in self._identity:
            return Role(field=self._identity[key])
        return Role(item=self._items[key]) if key in self._items else None

    def _understood(self, label: str, values: list[str], where: str) -> list[Found]:
        role = self._role(label)
        if role is None or not (values or role.prefix):
            return self._unknown(label, values, where)
        if role.field is None:
            return [self._quantity(role.item, label, values), *self._beyond(values[2:], where)]
        if role.prefix:
            text = label[len(role.prefix) :].strip()
            return [Identity(role.field, role.prefix, text, where), *self._beyond(values, where)]
        return [Identity(role.field, label, values[0], where), *self._beyond(values[1:], where)]

    def _beyond(self, rest: list[str], where: str) -> list[Found]:
        """What stands behind the value of a label and before the next label."""
        return self._unknown(rest[0], rest[1:], where) if any(rest) else []

    def _unknown(self, label: str, values: list[str], where: str) -> list[Found]:
        if not (label or any(values)):
            return []
        return [Printed(label, self.settings.cells.delimiter.join(values), where)]

    def _quantity(self, item: str, label: str, values: list[str]) -> Quantity:
        return Quantity(
            item=item,
            label=label,
            value=values[0],
            unit=(values[1] if len(values) > 1 else "") or self.settings.items[item].unit,
            volume_basis=self.settings.items[item].volume_basis,
            decimal=self.settings.cells.decimal,
            provenance=self.settings.provenance,
        )


def _line_pattern(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern or r"(?!)")
