"""Instrument models: one TOML file each, whose name is the model's name.

Models that come with the program lie in config/instruments; a site puts its own into the folder `instruments` beside
its site file, where a file of the same name wins.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from pipeline.config.problems import Problem, WrongSettings
from pipeline.config.settings import InstrumentModel
from pipeline.config.toml_file import TomlFile, did_you_mean
from pipeline.config.toml_places import KeyPath
from pipeline.config.vocabulary import Vocabulary
from pipeline.home import BUNDLED


def model_folders(site_file: Path) -> tuple[Path, ...]:
    """Where the models of this site are looked for; a later folder wins."""
    return (BUNDLED / "instruments", site_file.parent / "instruments")


def load_models(folders: Iterable[Path], vocabulary: Vocabulary) -> dict[str, InstrumentModel]:
    """Every model of these folders, by name. Raises WrongSettings with the problems of all of them."""
    found = {path.stem: path for folder in folders for path in sorted(folder.glob("*.toml"))}
    problems: list[Problem] = []
    models: dict[str, InstrumentModel] = {}
    for name, path in sorted(found.items()):
        try:
            models[name] = read_model(path, vocabulary)
        except WrongSettings as wrong:
            problems += wrong.problems
    if problems:
        raise WrongSettings(problems)
    return models


def read_model(path: Path, vocabulary: Vocabulary) -> InstrumentModel:
    """One model. Raises WrongSettings with everything that is wrong with it."""
    file = TomlFile(path)
    stated = file.check(InstrumentModel, file.tables)
    check_names(file, stated, (), vocabulary)
    check_profile(file, stated, (), vocabulary)
    file.raise_problems()
    return msgspec.convert(stated, InstrumentModel)


def check_names(file: TomlFile, stated: Mapping[str, Any], where: KeyPath, vocabulary: Vocabulary) -> None:
    """Note every link, format and profile of this table that is not installed."""
    choices = {"link": vocabulary.links, "format": vocabulary.formats, "profile": vocabulary.profiles}
    for kind, names in choices.items():
        check_name(file, stated.get(kind), (*where, kind), names)


def check_profile(file: TomlFile, settings: Mapping[str, Any], where: KeyPath, vocabulary: Vocabulary) -> None:
    """Note a profile that is written for another format than this one."""
    written_for = vocabulary.profiles.get(settings.get("profile", ""))
    used_for = settings.get("format")
    if written_for and used_for and written_for != used_for:
        message = f"this profile does not fit the format {used_for}"
        found = f'"{settings["profile"]}"'
        file.blame((*where, "profile"), message, found=found, expected=f"the format it is written for, {written_for}")


def check_name(file: TomlFile, name: str | None, where: KeyPath, names: Iterable[str]) -> None:
    """Note a name that is not among those known."""
    if name is None or name in names:
        return
    kind = str(where[-1])
    expected = "one of: " + ", ".join(sorted(names))
    file.blame(
        where, f"this {kind} is not known", found=f'"{name}"', expected=expected, advice=did_you_mean(name, names)
    )
