"""The names a configuration may use: links, formats, profiles. Listing them loads none of them."""

from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

from parsers.errors import ParseError
from parsers.format import format_names, house_formats, load_profiles
from pipeline.errors import ConfigError

ORDERS = "orders"
"""The link of a sender of orders: what comes goes into the work list, so no format is needed."""
LINKS = frozenset({"astm", "astm_raw", "lines", "mllp", "printer", ORDERS})
LINKS_OF: Mapping[str, tuple[str, ...]] = {
    "astm_records": ("astm", "astm_raw"),
    "balance": ("lines",),
    "barcode_scan": ("lines",),
    "hl7_oru": ("mllp",),
    "separator_log": ("lines",),
}
"""The links over which a format of the house comes; those that are not here come as files alone."""
LINE_BY_LINE = frozenset({"balance", "barcode_scan"})
"""The formats of which every line is a message; any other that comes in lines needs a profile to tell its runs."""


def links_of(name: str) -> tuple[str, ...] | None:
    """The links over which a format comes; None for one of a plug-in, which may come over any."""
    return LINKS_OF.get(name, ()) if name in house_formats() else None


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
