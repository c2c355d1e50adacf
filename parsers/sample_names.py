"""Names of files and folders that say nothing of a sample, by the words of config/codes/names_of_no_sample.toml."""

import re

from parsers.code_tables import settings

SIGNS = r"[\W_]"
WORDS = "|".join(word.replace("-", f"{SIGNS}*") for word in settings("names_of_no_sample.toml")["words"])
NOTHING_SAID = re.compile(rf"{SIGNS}*(?:(?:{WORDS})(?:{SIGNS}+|$))*", re.IGNORECASE)


def says_nothing(name: str) -> bool:
    """Whether a name is made of words that a tool or anybody gives any result, or of none at all."""
    return NOTHING_SAID.fullmatch(name) is not None
