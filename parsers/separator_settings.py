"""What a profile may say of a cell separator's log, and whether that can be true.

config/profiles/graftsep.toml explains each setting. A label has one meaning, and a volume counts what its item counts
(config/codes/aph_items.csv): a profile that says otherwise cannot be used, for it would make a wrong dose.
"""

from collections.abc import Iterator
from itertools import chain
from typing import Literal

import msgspec

from parsers.code_tables import code_rows
from parsers.errors import ParseError
from parsers.format import Profile, Verified
from parsers.records import DecimalSign, Provenance, VolumeBasis

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
    decimal: DecimalSign | None = None


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


def settings_of(profile: Profile) -> Settings:
    """The settings of a profile. Raises ParseError naming the profile and what cannot be used."""
    try:
        settings = msgspec.convert(profile.settings, Settings)
    except msgspec.ValidationError as error:
        raise unusable(profile, str(error)) from error
    if reason := next(chain(_two_meanings(settings), _other_bases(settings)), ""):
        raise unusable(profile, reason)
    return settings


def key_of(label: str) -> str:
    """A label without regard to case and to the blanks around it."""
    return label.strip().casefold()


def _two_meanings(settings: Settings) -> Iterator[str]:
    """Labels that stand for two fields or items, of which nobody could say which is meant."""
    meanings: dict[str, str] = {}
    for label, meaning in _meanings(settings):
        if (first := meanings.setdefault(key_of(label), meaning)) != meaning:
            yield f'the label "{label}" stands for {first} and for {meaning}'
        if prefix := next((each for each in settings.prefixes if label.startswith(f"{each} ")), ""):
            yield f'the label "{label}" begins with the prefix "{prefix}", which takes it'


def _meanings(settings: Settings) -> Iterator[tuple[str, str]]:
    yield from settings.identity.items()
    for name, item in settings.items.items():
        yield from ((label, name) for label in item.labels)


def _other_bases(settings: Settings) -> Iterator[str]:
    """Items whose volume is said to count something else than the item does."""
    bases = _bases()
    for name, item in settings.items.items():
        counted = bases.get(name)
        if counted and item.volume_basis not in (None, counted):
            yield f'{name} counts "{counted}" and not "{item.volume_basis}"'


def _bases() -> dict[str, str]:
    """What each canonical item counts, where it is a volume of which that is known."""
    return {row["item"]: row["volume_basis"] for row in code_rows("aph_items.csv")}


def unusable(profile: Profile, reason: str) -> ParseError:
    """The refusal of a profile."""
    return ParseError(
        f"the profile {profile.name} cannot be used: {reason}",
        where=f"{profile.name}.toml",
        expected="the settings that config/profiles/graftsep.toml explains",
    )
