"""What an input looks like that no format reads: said without quoting anything a person could be known by.

The look-alikes stand in config/codes/appearances.toml. What is quoted from the input itself is only what a schema
would hold: the name of an XML root element, and JSON keys that are written as schemas write them.
"""

import re

import msgspec

from parsers.code_tables import settings
from parsers.format import Document
from parsers.tables import without_separator_line
from parsers.xml_document import is_xml, root_name, text_of

REACH = 4096
SCHEMA_WORD = re.compile(r"[a-z]+(?:[A-Z][a-z]+|_[a-z]+)+|[a-z]{2,12}")
JSON_START = re.compile(r"""\s*[\[{]\s*["\[\]{}0-9-]""")
JSON_KEY = re.compile(r'"([A-Za-z_-]{1,40})"\s*:')
QUOTED_KEYS = 5
PRINTABLE_SHARE = 0.9
SEPARATORS = {"\t": "tabs", ";": "semicolons", ",": "commas"}
MAGIC = {
    b"PK\x03\x04": "a zip archive",
    b"\x89PNG": "a PNG image",
    b"\xff\xd8\xff": "a JPEG image",
    b"\xd0\xcf\x11\xe0": "an old Excel or Word file",
}


ADVICE = (
    "If it holds results, export them in one of these formats; if it holds none, keep such files out of this folder."
)


class Appearance(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One look-alike: its title, the one sign it is known by, and what to do with it."""

    title: str
    root: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    pattern: str = ""
    advice: str = ADVICE


APPEARANCES = msgspec.convert(settings("appearances.toml")["appearance"], tuple[Appearance, ...])


def describe(document: Document) -> str:
    """A phrase for people, such as `an XML document with the root element "haml"`."""
    return appearance_of(document).title


def appearance_of(document: Document) -> Appearance:
    """The look-alike that an input is, or its general kind."""
    text = text_of(document.head)[:REACH].replace("\r\n", "\n").replace("\r", "\n")
    text = without_separator_line(text)
    if not text.strip(" \t\n"):
        return Appearance("an empty file", advice="Ask the sender whether the export had finished.")
    if is_xml(document.head):
        return _look_of_xml(document)
    if JSON_START.match(text):
        return _look_of_json(text)
    if found := next((each for each in APPEARANCES if _has_pattern(each, text)), None):
        return found
    return Appearance(_describe_text(text) if _is_text(text) else _describe_bytes(document))


def _has_pattern(appearance: Appearance, text: str) -> bool:
    return bool(appearance.pattern) and re.search(appearance.pattern, text, re.MULTILINE) is not None


def _look_of_xml(document: Document) -> Appearance:
    name = root_name(document.raw)
    if name is None:
        return Appearance("the beginning of an XML document", advice="Ask the sender whether the export had finished.")
    other = Appearance(f'an XML document with the root element "{name[:40]}"')
    return next((each for each in APPEARANCES if name in each.root), other)


def _look_of_json(text: str) -> Appearance:
    found = dict.fromkeys(JSON_KEY.findall(text))
    quoted = [f'"{key}"' for key in found if SCHEMA_WORD.fullmatch(key)][:QUOTED_KEYS]
    other = Appearance(f"a JSON document with the keys {', '.join(quoted)}" if quoted else "a JSON document")
    return next((each for each in APPEARANCES if each.keys and set(each.keys) <= found.keys()), other)


def _is_text(text: str) -> bool:
    return sum(each.isprintable() or each in "\t\n" for each in text) >= PRINTABLE_SHARE * len(text)


def _describe_text(text: str) -> str:
    header = text.lstrip("\n").partition("\n")[0]
    separator = max(SEPARATORS, key=header.count)
    columns = header.count(separator) + 1
    return f"a table of {columns} columns separated by {SEPARATORS[separator]}" if columns > 2 else "plain text"


def _describe_bytes(document: Document) -> str:
    kind = next((title for magic, title in MAGIC.items() if document.raw.startswith(magic)), "binary content")
    return f"{kind}, {len(document.raw)} bytes"
