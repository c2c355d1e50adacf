"""The small tables of config/codes that readers need, each read once: lists of words in TOML, codes in CSV."""

import csv
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import parsers

CODES = Path(parsers.__file__).resolve().parent.parent / "config" / "codes"


@cache
def settings(name: str) -> dict[str, Any]:
    """The TOML table `name`."""
    with (CODES / name).open("rb") as table:
        return tomllib.load(table)


@cache
def code_rows(name: str) -> tuple[dict[str, str], ...]:
    """Every row of the CSV table `name`, by column."""
    with (CODES / name).open(encoding="utf-8", newline="") as table:
        return tuple(csv.DictReader(table))
