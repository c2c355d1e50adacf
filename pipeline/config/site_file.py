"""The site file: read once at start, every setting checked, all its problems told together."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from pipeline.config.addresses import check_destination, files_at, folder_at
from pipeline.config.instrument_models import load_models, model_folders
from pipeline.config.instruments import Instruments
from pipeline.config.settings import InstrumentModel, SiteFile, SiteSettings
from pipeline.config.toml_file import TomlFile
from pipeline.config.vocabulary import Vocabulary
from pipeline.home import BUNDLED

BUNDLED_SITE = BUNDLED / "site.toml"


def read_site(
    path: Path | None, vocabulary: Vocabulary, models: Mapping[str, InstrumentModel] | None = None
) -> SiteSettings:
    """The settings of this site file; of the one that comes with the program if `path` is None.

    `models` are those of the program and of the folder beside the site file unless given.
    Raises WrongSettings, a ConfigError, that names every problem of the file with its line.
    """
    file = TomlFile(path or BUNDLED_SITE)
    known = load_models(model_folders(file.path), vocabulary) if models is None else models
    stated = file.check(SiteFile, file.tables)
    tables: list[dict[str, Any]] = stated.pop("instrument", [])
    allow_remote = stated.get("service", {}).get("allow_remote", False)
    instruments = Instruments(file, known, vocabulary).resolve(tables, allow_remote=allow_remote)
    destinations = stated.pop("destination", [])
    for number, destination in enumerate(destinations):
        if "connect" in destination:
            check_destination(file, destination["connect"], ("destination", number, "connect"))
        if "tls" in destination:
            destination["tls"] = files_at(file, destination["tls"])
    _check_names(file, destinations)
    file.raise_problems()
    if folder := stated.get("feed", {}).get("publish_to"):
        stated["feed"]["publish_to"] = folder_at(file, folder)
    return msgspec.convert(
        {**stated, "path": file.path, "instruments": instruments, "destinations": destinations}, SiteSettings
    )


def _check_names(file: TomlFile, destinations: list[dict[str, Any]]) -> None:
    """Note two destinations of one name: what was delivered is remembered by it."""
    seen: set[str] = set()
    for number, name in enumerate(each.get("name", "") for each in destinations):
        if name and name.casefold() in seen:
            file.blame(("destination", number, "name"), "two destinations have the same name", found=f'"{name}"')
        seen.add(name.casefold())
