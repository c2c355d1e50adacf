"""The site file: read once at start, every setting checked, all its problems told together."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from pipeline.config.addresses import folder_at
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
    file.raise_problems()
    if folder := stated.get("feed", {}).get("publish_to"):
        stated["feed"]["publish_to"] = folder_at(file, folder)
    return msgspec.convert({**stated, "path": file.path, "instruments": instruments}, SiteSettings)
