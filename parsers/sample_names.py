"""Names of files and folders that say nothing of a sample, by the words of config/codes/names_of_no_sample.toml."""

import re
import tomllib
from pathlib import Path

import parsers

TABLE = Path(parsers.__file__).resolve().parent.parent / "config" / "codes" / "names_of_no_sample.toml"
SIGNS = r"[\W_]"
WORDS = "|".join(word.replace("-", f"{SIGNS}*") for word in tomllib.loads(TABLE.read_text(encoding="utf-8"))["words"])
NOTHING_SAID = re.compile(rf"{SIGNS}*(?:(?:{WORDS})(?:{SIGNS}+|$))*", re.IGNORECASE)


def says_nothing(name: str) -> bool:
    """Whether a name is made of words that a tool or anybody gives any result, or of none at all."""
    return NOTHING_SAID.fullmatch(name) is not None
