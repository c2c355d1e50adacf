"""Which link and format an unknown instrument speaks, from the first bytes of its line, and the TOML to add it.

Nothing is answered while listening: what is acknowledged must be kept, and nothing is kept here. So an analyser with
ASTM is known by its ENQ, and sends its results when it is added.
"""

import re
from collections.abc import Mapping
from typing import Final, NamedTuple

from parsers.errors import ParseError
from parsers.format import Format, open_document, recognise

ENQ, VT = b"\x05", b"\x0b"
NULS: Final = b"\0\r\n"
HEADER: Final = re.compile(rb"H[^\w\s]{4}")


class Recognised(NamedTuple):
    """A link, and a format where the bytes tell it."""

    link: str
    format: str = ""
    why: str = ""


def recognised(heard: bytes, formats: Mapping[str, Format]) -> Recognised | None:
    """What speaks like this; None as long as there is too little to tell."""
    begun = heard.lstrip(NULS)
    if begun.startswith(ENQ):
        return Recognised("astm", "astm_records", "it asked for a session with ENQ")
    if begun.startswith(VT):
        return Recognised("mllp", _format_of(begun[1:], formats) or "hl7_oru", "it began an MLLP block with VT")
    if HEADER.match(begun):
        return Recognised("astm_raw", "astm_records", "it sent an ASTM header record without frames")
    if b"\n" in begun:
        return Recognised("lines", _format_of(begun, formats), "it sent lines of text")
    return None


def toml_for(found: Recognised, name: str, way_in: str, address: str) -> str:
    """The [[instrument]] of a site file."""
    lines = ["[[instrument]]", f'name = "{name}"', f"{way_in} = '{address}'", f'link = "{found.link}"']
    known = f'format = "{found.format}"' if found.format else '# format = "..."   # see: graftline formats'
    if found.link == "lines":
        known += '\n# profile = "..."   # how its lines are read: see docs/configuration.md'
    return "\n".join([*lines, known]) + "\n"


def _format_of(heard: bytes, formats: Mapping[str, Format]) -> str:
    try:
        return recognise(open_document(heard, ""), dict(formats)).name
    except ParseError:
        return ""
