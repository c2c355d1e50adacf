"""XML from strangers, read safely.

An XML document may define entities (a few lines that unfold to gigabytes, or that name a file of this machine) and
fetch grammars, all of it through its DOCTYPE. No report needs one, so a DOCTYPE is refused before the XML parser sees
it. What is left: the size, capped in bytes and in tags, because a tree takes some thirty times the room of its text.
"""

import re
from functools import lru_cache
from typing import Any

from lxml import etree

from parsers.errors import ParseError
from parsers.text_encoding import MARK

BYTE_LIMIT = 128 * 1024 * 1024
TAG_LIMIT = 4_000_000
DOCTYPE = b"<!DOCTYPE"
WIDE_DOCTYPE = "<!DOCTYPE".encode("utf-16-le").rstrip(b"\0")  # stands in UTF-16 of both byte orders
NAME = re.compile(r"<((?:[\w.-]+:)?[\w.-]+)")

READ_SAFELY: dict[str, Any] = {
    "resolve_entities": False,
    "load_dtd": False,
    "no_network": True,
    "huge_tree": False,
    "recover": False,
    "remove_comments": True,
    "remove_pis": True,
    "remove_blank_text": True,
    "collect_ids": False,
}
"""How any XML from outside is read."""

_parser = etree.XMLParser(**READ_SAFELY)


def read_xml(raw: bytes) -> etree._Element:
    """The root element, without comments. Raises ParseError on a DOCTYPE, on excess and on broken XML."""
    refuse_unsafe(raw)
    try:
        root = etree.fromstring(raw, _parser)
    except etree.XMLSyntaxError as error:
        raise broken(raw, error) from None  # the text of the cause may quote the report
    if root.getroottree().docinfo.internalDTD is not None:
        raise ParseError(
            "this XML carries a document type definition", where="line 1", expected="XML without a DOCTYPE"
        )
    return root


def refuse_unsafe(raw: bytes) -> None:
    """Raise ParseError on a DOCTYPE and on excess, before any XML parser sees these bytes."""
    if DOCTYPE in raw or (b"\0" in raw and WIDE_DOCTYPE in raw):
        raise ParseError(
            "this XML carries a document type definition, which is not read",
            found=DOCTYPE.decode(),
            where=f"line {line_of(raw, DOCTYPE)}",
            expected="XML without a DOCTYPE",
            advice="Ask the sender for an export without it.",
        )
    if len(raw) > BYTE_LIMIT or (len(raw) > TAG_LIMIT and raw.count(b"<") > TAG_LIMIT):
        raise ParseError(
            "this XML is too large",
            where=f"byte {len(raw)}",
            expected=f"at most {BYTE_LIMIT} bytes and {TAG_LIMIT} tags",
            advice="Ask the sender to export fewer samples into one file.",
        )


def broken(raw: bytes, error: etree.XMLSyntaxError) -> ParseError:
    """What is wrong with XML that is not well-formed, or not whole, and where."""
    line, column = error.position
    lines = text_of(raw).splitlines()
    text = lines[line - 1] if 0 < line <= len(lines) else ""
    where = f"line {line}, column {column}"
    if line >= len(lines) and not text[column:].strip() and not text.rstrip().endswith(">"):
        return ParseError("this XML ends in the middle", found=text[-60:], where=where, **WHOLE)
    found = text[max(0, column - 40) : column + 20]
    return ParseError("this XML is not well-formed", found=found, where=where, **WHOLE)


WHOLE = {"expected": "well-formed XML, from its first to its last tag", "advice": "Ask the sender to export it again."}


def line_of(raw: bytes, found: bytes) -> int:
    """The number of the line on which some bytes first stand; 1 if they do not."""
    return raw.count(b"\n", 0, max(raw.find(found), 0)) + 1


def text_of(raw: bytes) -> str:
    """The bytes as text, good enough to find tags and lines in; unreadable characters are replaced."""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16", "replace").lstrip(MARK)
    if raw.startswith((b"<\0", b"\0<")):
        return raw.decode("utf-16-le" if raw.startswith(b"<") else "utf-16-be", "replace")
    return raw.decode("utf-8", "replace").lstrip(MARK)


@lru_cache(maxsize=8)  # every format asks the same of the same first bytes, here and below
def is_xml(head: bytes) -> bool:
    """Whether these first bytes open an XML document."""
    return text_of(head[:64]).lstrip().startswith("<")


@lru_cache(maxsize=8)
def root_start(head: bytes) -> str:
    """The start tag of the root element as written, as far as these first bytes reach; empty if they do not."""
    text, place = text_of(head), 0
    while (place := text.find("<", place)) >= 0:
        end = _markup_end(text, place)
        if end == place:
            return text[place : text.find(">", place) + 1 or None]
        if end < 0:
            return ""
        place = end
    return ""


@lru_cache(maxsize=8)
def root_tag(head: bytes) -> str | None:
    """The name of the root element as written, with its prefix; None if these first bytes do not reach it."""
    name = NAME.match(root_start(head))
    return name[1] if name else None


@lru_cache(maxsize=8)
def root_attribute(head: bytes, name: str) -> str:
    """The value of an attribute of the root element that has no prefix; empty if there is none."""
    found = re.search(rf"""\s{name}\s*=\s*(?:"([^"]*)"|'([^']*)')""", root_start(head))
    return (found[1] or found[2] or "") if found else ""


def _markup_end(text: str, place: int) -> int:
    """Where a comment, instruction or DOCTYPE that begins here ends: -1 if it does not, `place` if there is none."""
    for opening, closing in (("<!--", "-->"), ("<?", "?>"), ("<!DOCTYPE", ">")):
        if text.startswith(opening, place):
            end = text.find(closing, place)
            return end + len(closing) if end >= 0 else -1
    return place


@lru_cache(maxsize=8)
def root_name(head: bytes) -> str | None:
    """The local name of the root element; None if these bytes are no XML or do not reach it."""
    tag = root_tag(head) if is_xml(head) else None
    return tag.rpartition(":")[2] if tag else None
