"""Whether an input is whole, as far as its own syntax can tell: a file may be looked at while it is still written."""

import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from functools import cache

from parsers.code_tables import settings
from parsers.fcs_file import MAGIC, is_whole
from parsers.format import HEAD_BYTES
from parsers.xml_document import NAME, is_xml, root_tag, text_of

ZIP_MAGIC = b"PK\x03\x04"
ZIP_END = b"PK\x05\x06"
ZIP_END_SIZE = 22  # and then a comment, whose length stands in the last two bytes
TAIL_BYTES = 64 * 1024
"""Where the last tag of a long document is looked for, unless a remark follows it."""
MARKED_ENDS = (".xml", ".hml", ".xlsx")
LAST_BYTES = (b"\n", b"\r", b"\f", b"\x03", b"\x04", b"\x1a", b"\x1c", b"}", b"]")
"""What text ends with that was not cut within a line: the end of a line or transmission, or a bracket that closes."""


@cache
def last_lines() -> tuple[tuple[re.Pattern[bytes], re.Pattern[bytes]], ...]:
    """How exports begin that end with a checksum, and the lines that hold it: config/codes/end_marks.toml."""
    return tuple(
        (re.compile(each["begins"].encode()), re.compile(each["ends"].encode(), re.MULTILINE))
        for each in settings("end_marks.toml")["export"]
    )


def ends_whole(raw: bytes, name: str = "") -> bool | None:
    """True if the input is complete, False if it is surely cut short, None if its syntax has no end mark."""
    if raw.startswith(ZIP_MAGIC):
        return _has_end_record(raw)
    if MAGIC.match(raw):
        return is_whole(raw)
    if is_xml(raw[:HEAD_BYTES]):
        return _root_is_closed(raw)
    if any(begin.match(raw[:HEAD_BYTES]) and not end.search(raw[-TAIL_BYTES:]) for begin, end in last_lines()):
        return False
    return False if not raw.strip() and name.lower().endswith(MARKED_ENDS) else None


def looks_whole(raw: bytes, end_mark: str = "") -> bool:
    """Whether nothing in a file says that the rest is to come; `end_mark` is what its last line begins with."""
    whole = ends_whole(raw)
    if end_mark:
        return whole is not False and has_end_mark(raw, end_mark)
    return ends_a_line(raw) if whole is None else whole


def ends_a_line(raw: bytes) -> bool:
    """Whether text stops where it may stop; what is no text has no lines, and may stop anywhere."""
    if b"\0" in raw[:HEAD_BYTES] and not raw.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        return True
    return raw[-TAIL_BYTES:].rstrip(b"\0").endswith(LAST_BYTES)


def has_end_mark(raw: bytes, mark: str) -> bool:
    """Whether the last line that is not blank begins with this mark, in any encoding that holds ASCII."""
    last = raw[-TAIL_BYTES:].replace(b"\0", b"").rstrip().rpartition(b"\n")[2]
    return last.startswith(mark.encode())


def _has_end_record(raw: bytes) -> bool:
    end = raw.rfind(ZIP_END)
    record = raw[end : end + ZIP_END_SIZE]
    return end >= 0 and len(raw) == end + ZIP_END_SIZE + int.from_bytes(record[-2:], "little")


def _root_is_closed(raw: bytes) -> bool:
    root = root_tag(raw[:HEAD_BYTES]) or root_tag(raw)
    text = _without_last_remarks(_last_text(raw))
    last = text[max(text.rfind("<"), 0) :]
    if last.startswith("</"):
        return last.endswith(">") and last[2:-1].rstrip() == root
    only = NAME.match(last)
    return only is not None and only[1] == root and last.endswith("/>")


def _last_text(raw: bytes) -> str:
    """The last characters of a document, or all of them if they are few or no single bytes."""
    if (
        len(raw) <= TAIL_BYTES
        or b"\0" in raw[:HEAD_BYTES]
        or raw[-1024:].rstrip(b"\0 \t\r\n").endswith((b"-->", b"?>"))
    ):
        return text_of(raw)
    return text_of(raw[-TAIL_BYTES:])


def _without_last_remarks(text: str) -> str:
    """The text without the comments and instructions that may follow the root element."""
    text = text.rstrip("\0 \t\r\n")
    for opening, closing in (("<!--", "-->"), ("<?", "?>")):
        if text.endswith(closing) and opening in text:
            return _without_last_remarks(text[: text.rfind(opening)])
    return text
