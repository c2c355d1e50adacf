"""The small code tables of config/codes, read once, as rows."""

from functools import cache

from parsers.code_tables import CODES, code_rows
from pipeline.errors import ConfigError


@cache
def rows(name: str) -> tuple[dict[str, str], ...]:
    """Every row of the CSV table `name`, by column. Raises ConfigError if a row does not fit its header."""
    found = code_rows(name)
    for number, row in enumerate(found, start=2):
        if None in row or None in row.values():
            raise ConfigError("this row has another number of cells than the header", f"{CODES / name}:{number}")
    return found
