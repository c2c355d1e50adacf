"""Whether a file in an export folder is whole: by its own syntax, by what its kind ends with, by the site's end mark.

A timer alone cannot tell: a copy over a network that has stalled stands still for minutes. FCS says in its header where
its last event lies. xPONENT writes a batch for as long as the plate runs, and a check sum at the very end.
"""

import re
from collections.abc import Callable
from typing import Final

from parsers.completeness import ends_whole

FCS: Final = re.compile(rb"FCS\d\.\d {4}")
FCS_OFFSETS: Final = slice(10, 58)
"""Six numbers of eight characters: where TEXT, DATA and ANALYSIS begin and end, counted from 0."""
XPONENT: Final = re.compile(rb'(?:\xef\xbb\xbf)?"?Program"?[,;\t]"?xPONENT', re.IGNORECASE)
XPONENT_END: Final = re.compile(rb"^-- CRC --[^\r\n]*\r?\n\"?CRC32: ?\w+", re.MULTILINE)
TAIL_BYTES: Final = 4096


def completeness(end_mark: str | None) -> Callable[[bytes], bool]:
    """What tells a whole file from a partial one, where the site has files end with this mark, or has none."""
    if not end_mark:
        return is_whole
    mark = end_mark.encode()
    return lambda raw: is_whole(raw) and last_line(raw).startswith(mark)


def is_whole(raw: bytes) -> bool:
    """False for a file that its own syntax shows to be cut; true for one that has no end to be known by."""
    if FCS.match(raw):
        return fcs_is_whole(raw)
    if XPONENT.match(raw):
        return XPONENT_END.search(raw[-TAIL_BYTES:]) is not None
    return ends_whole(raw) is not False


def last_line(raw: bytes) -> bytes:
    """The last line that is not blank, of a text in any encoding that holds ASCII."""
    return raw[-TAIL_BYTES:].replace(b"\0", b"").rstrip().rpartition(b"\n")[2]


def fcs_is_whole(raw: bytes) -> bool:
    """Whether every segment that an FCS file names, and every event that it counts, is there."""
    numbers = [_number(raw[FCS_OFFSETS][at : at + 8]) for at in range(0, 48, 8)]
    text_begins, text_ends, data_begins, data_ends, _, analysis_ends = numbers
    if not 0 < text_begins < text_ends < len(raw):
        return False
    stated = keywords(raw[text_begins : text_ends + 1])
    begins = _number(stated.get("$BEGINDATA", b"")) or data_begins
    ends = _number(stated.get("$ENDDATA", b"")) or data_ends
    # Some writers name the byte behind the last one, so what the events need decides where it is known.
    return 0 < begins < ends <= len(raw) and begins + events_size(stated) <= len(raw) and analysis_ends <= len(raw)


def keywords(text: bytes) -> dict[str, bytes]:
    """The keywords of an FCS TEXT segment, in upper case; its first byte is what stands between them."""
    between = text[:1]
    parts = text[1:].replace(between * 2, b"\0").split(between)
    named = zip(parts[::2], parts[1::2], strict=False)
    return {name.decode("latin-1").upper(): value.replace(b"\0", between) for name, value in named}


def events_size(stated: dict[str, bytes]) -> int:
    """The bytes that all events of an FCS file take, by its keywords; 0 where these do not tell."""
    parameters = range(1, _number(stated.get("$PAR", b"")) + 1)
    bits = sum(_number(stated.get(f"$P{each}B", b"")) for each in parameters)
    return _number(stated.get("$TOT", b"")) * bits // 8


def _number(field: bytes) -> int:
    return int(field) if field.strip().isdigit() else 0
