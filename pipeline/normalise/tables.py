"""The small code tables of config/codes, read once, as rows."""

import csv
import tomllib
from functools import cache
from typing import Any

from pipeline.errors import ConfigError
from pipeline.home import BUNDLED

CODES = BUNDLED / "codes"


@cache
def rows(name: str) -> tuple[dict[str, str], ...]:
    """Every row of the CSV table `name`, by column. Raises ConfigError if a row does not fit its header."""
    path = CODES / name
    with path.open(encoding="utf-8", newline="") as handle:
        found = tuple(csv.DictReader(handle))
    for number, row in enumerate(found, start=2):
        if None in row or None in row.values():
            raise ConfigError("this row has another number of cells than the header", f"{path}:{number}")
    return found


@cache
def settings(name: str) -> dict[str, Any]:
    """The TOML table `name`."""
    with (CODES / name).open("rb") as handle:
        return tomllib.load(handle)
