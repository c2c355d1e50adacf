"""Where an export folder's files are put: no place from which an export folder would take them in again."""

from collections.abc import Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import Any, Final

from pipeline.config.folders import real
from pipeline.config.settings import Instrument
from pipeline.config.toml_file import TomlFile

PLACES: Final = ("taken", "quarantine")


def places(folder: str, files: Mapping[str, Any]) -> dict[str, str]:
    """The places that a table `files` names, each absolute; a relative one is seen from the export folder."""
    return {key: str(Path(folder, Path(files[key]).expanduser())) for key in PLACES if files.get(key)}


def check_places(file: TomlFile, instruments: Sequence[Instrument | None]) -> None:
    """Note a place that is an export folder, or lies in one of another instrument."""
    folders = [each for each in instruments if each and each.source == "folder"]
    for (number, owner), key in product(enumerate(instruments), PLACES):
        place = getattr(owner.files, key) if owner in folders else None
        inside = next((each for each in folders if place and _taken_again(real(place), each, owner)), None)
        if inside:
            file.blame(
                ("instrument", number, "files", key),
                f'what is put here would be taken in again by the instrument "{inside.name}"',
                found=f'"{place}"',
                expected="a folder outside of every other export folder",
            )


def _taken_again(place: Path, by: Instrument, owner: Instrument | None) -> bool:
    folder = real(by.address)
    return place == folder or (by is not owner and folder in place.parents)
