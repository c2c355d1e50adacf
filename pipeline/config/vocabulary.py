"""The names a configuration may use: links, formats, profiles. Listing them loads none of them."""

from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

from parsers.errors import ParseError
from parsers.format import format_names, load_profiles
from pipeline.errors import ConfigError

LINKS = frozenset({"astm", "lines", "mllp"})
LINK_OF = {
    "astm_records": "astm",
    "hl7_oru": "mllp",
    "hml": None,
    "hml_legacy": None,
    "lab_table": None,
    "optitype": None,
    "separator_log": "lines",
}
"""The one link over which a format of the house comes; None for those that come as files alone."""


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
