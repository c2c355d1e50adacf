"""A configuration file held against the Structs that describe it, every problem noted with its line.

The description of a setting (its `Meta.description`) is also what an error says was expected, so that a person reads
the same words in the documentation and in the error.
"""

import difflib
import re
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, get_args, get_origin

import msgspec
from msgspec.structs import FieldInfo, fields

from pipeline.config.problems import SHOWN, Problem, WrongSettings, shown
from pipeline.config.toml_places import KeyPath, TomlPlaces

CONTROL = re.compile(r"[\x00-\x1f\x7f]")
PLACE_IN_ERROR = re.compile(r"\(at line (\d+), column \d+\)|\(at end of document\)")
SINGLE_QUOTES = "Write Windows paths in single quotes: 'C:\\exports\\new'."


class TomlFile:
    """One file: its tables, the line of every key, and the problems found so far.

    Raises WrongSettings if it cannot be read.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._problems: list[tuple[int, Problem]] = []
        text = self._text()
        self.tables = self._parsed(text)
        self._places = TomlPlaces(text)

    def line(self, where: KeyPath) -> int:
        """The line on which a setting stands, counted from 1."""
        return self._places.line(where)

    def blame(self, where: KeyPath, message: str, *, found: str = "", expected: str = "", advice: str = "") -> None:
        """Note a problem at this setting."""
        line = self.line(where)
        self._problems.append((line, Problem(f"{self.path}:{line}", message, found, expected, advice)))

    def raise_problems(self) -> None:
        """Raises WrongSettings with everything noted, in the order of the lines; returns if nothing was."""
        if self._problems:
            raise WrongSettings(problem for _, problem in sorted(self._problems, key=lambda noted: noted[0]))

    def check(self, structure: type[msgspec.Struct], table: object, where: KeyPath = ()) -> dict[str, Any]:
        """The settings of a table that are stated and valid; everything else is noted as a problem."""
        if not isinstance(table, dict):
            self.blame(where, f"{dotted(where)} is not a table", found=shown(table), expected=f"[{dotted(where)}]")
            return {}
        known = {field.name: field for field in fields(structure)}
        self._blame_unknown(table, known, where)
        for name, field in known.items():
            if field.required and name not in table:
                self.blame(where, f"{dotted((*where, name))} is missing", expected=description(field))
        checked = {
            name: self._valid(field, table[name], (*where, name)) for name, field in known.items() if name in table
        }
        return {name: value for name, value in checked.items() if value is not None}

    def _valid(self, field: FieldInfo, value: Any, where: KeyPath) -> Any:
        inner = plain(field.type)
        if get_origin(inner) is tuple:
            return self._valid_tables(get_args(inner)[0], value, where)
        if isinstance(inner, type) and issubclass(inner, msgspec.Struct):
            return self.check(inner, value, where)
        if isinstance(value, str) and CONTROL.search(value):
            message = f"{dotted(where)} holds a control character, made by a backslash"
            self.blame(where, message, found=shown(value), advice=SINGLE_QUOTES)
            return None
        try:
            return msgspec.convert(value, field.type)
        except msgspec.ValidationError:
            self.blame(where, f"{dotted(where)} is wrong", found=shown(value), expected=description(field))
            return None

    def _valid_tables(self, structure: type[msgspec.Struct], tables: Any, where: KeyPath) -> list[dict[str, Any]]:
        name = dotted(where)
        if not isinstance(tables, list):
            self.blame(where, f"{name} is not a list of tables", found=f"[{name}]", expected=f"[[{name}]]")
            return []
        return [self.check(structure, table, (*where, number)) for number, table in enumerate(tables)]

    def _blame_unknown(self, table: Mapping[str, Any], known: Mapping[str, FieldInfo], where: KeyPath) -> None:
        places = places_of(known)
        for key in (key for key in table if key not in known):
            self.blame(
                (*where, key),
                f"there is no setting {dotted((*where, key))}",
                expected="one of: " + ", ".join(known),
                advice=did_you_mean(key, places, places),
            )

    def _text(self) -> str:
        try:
            return self.path.read_bytes().decode("utf-8-sig")
        except OSError as error:
            raise self._unreadable(f"cannot read this file: {error.strerror}", advice="Check the path.") from error
        except UnicodeDecodeError as error:
            found = f"byte 0x{error.object[error.start]:02X} at byte {error.start}"
            raise self._unreadable("this file is not UTF-8", found, "Save it as UTF-8.") from error

    def _unreadable(self, message: str, found: str = "", advice: str = "") -> WrongSettings:
        return WrongSettings([Problem(str(self.path), message, found, advice=advice)])

    def _parsed(self, text: str) -> dict[str, Any]:
        try:
            return tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise WrongSettings([not_toml(self.path, text, str(error))]) from error


def not_toml(path: Path, text: str, reason: str) -> Problem:
    """The problem of a text that is no TOML, with the line as found."""
    lines = text.splitlines() or [""]
    place = PLACE_IN_ERROR.search(reason)
    number = int(place[1]) if place and place[1] else len(lines)
    found = lines[min(number, len(lines)) - 1].strip()
    what = PLACE_IN_ERROR.sub("", reason).strip()
    advice = SINGLE_QUOTES if "\\" in found else ""
    return Problem(
        f"{path}:{number}", f"this is not TOML: {what}", f"`{found[:SHOWN]}`", 'a line like name = "value"', advice
    )


def dotted(where: KeyPath) -> str:
    """The setting as a person calls it, without the numbers of array entries: instrument.serial.baudrate."""
    return ".".join(name for name in where if isinstance(name, str))


def description(field: FieldInfo) -> str:
    """What a setting takes, in words. Raises StopIteration if its type says nothing."""
    words: str = next(meta.description for meta in get_args(field.type)[1:] if meta.description)
    return words


def plain(annotated: Any) -> Any:
    """A type without its annotations, and without the None that a table which may be left out has."""
    if get_origin(annotated) is Annotated:
        return get_args(annotated)[0]
    if get_origin(annotated) is UnionType:
        return next(each for each in get_args(annotated) if each is not NoneType)
    return annotated


def places_of(known: Mapping[str, FieldInfo]) -> dict[str, str]:
    """Where a key may stand: in this table, or in a table within it."""
    inner = {name: plain(field.type) for name, field in known.items()}
    nested = {
        deep.name: f"{name}.{deep.name}"
        for name, structure in inner.items()
        if isinstance(structure, type) and issubclass(structure, msgspec.Struct)
        for deep in fields(structure)
    }
    return nested | {name: name for name in known}


def did_you_mean(name: str, names: Iterable[str], places: Mapping[str, str] | None = None) -> str:
    """A sentence that offers the nearest of these names, or where it stands; empty if none is near."""
    near = difflib.get_close_matches(name, list(names), n=1)
    return f'Did you mean "{(places or {}).get(near[0], near[0])}"?' if near else ""
