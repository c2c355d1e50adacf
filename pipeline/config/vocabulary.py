"""The names a configuration may use: links, formats, profiles. Listing them loads none of them."""

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

import msgspec

from parsers.code_tables import code_rows
from parsers.errors import ParseError
from parsers.format import format_names, house_formats, load_profiles
from pipeline.errors import ConfigError

ORDERS = "orders"
"""The link of a sender of orders: what comes goes into the work list, so no format is needed."""
LINKS = frozenset({"astm", "astm_raw", "lines", "mllp", "printer", ORDERS})


@cache
def links_of(name: str) -> tuple[str, ...] | None:
    """The links over which a format comes, none if it comes in files; None for a plug-in's, which may use any."""
    return tuple(_over_links().get(name, {}).get("links", "").split()) if name in house_formats() else None


def is_line_by_line(name: str | None) -> bool:
    """Whether every line is a message; any other format that comes in lines needs a profile to tell its runs."""
    return _over_links().get(name or "", {}).get("line_by_line") == "yes"


@cache
def _over_links() -> dict[str, dict[str, str]]:
    return {row["format"]: row for row in code_rows("format_links.csv")}


class Vocabulary(msgspec.Struct, frozen=True):
    """What is installed: `profiles` maps a profile's name to the format it is for."""

    links: frozenset[str]
    formats: frozenset[str]
    profiles: Mapping[str, str]


def installed(profile_folders: Iterable[Path]) -> Vocabulary:
    """The names of this installation. Raises ConfigError if a profile is not valid TOML."""
    try:
        profiles = {profile.name: profile.format for profile in load_profiles(profile_folders)}
    except ParseError as error:
        raise ConfigError(error.message, error.where) from error
    return Vocabulary(links=LINKS, formats=frozenset(format_names()), profiles=profiles)
