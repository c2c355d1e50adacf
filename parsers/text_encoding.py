"""The encoding of a text: what a byte order mark declares, and the text without it."""

from parsers.errors import ParseError

BYTE_ORDER_MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
NUL = "\0"
MARK = "\ufeff"
"""A byte order mark, decoded; some programs write it twice."""


def encoding_of(raw: bytes, fallback: str) -> str:
    """The encoding that a byte order mark declares, else the fallback."""
    return next((encoding for mark, encoding in BYTE_ORDER_MARKS if raw.startswith(mark)), fallback)


def decoded(raw: bytes, fallback: str = "utf-8") -> str:
    """The text without its byte order mark, every line end a line feed. Raises ParseError where it is no such text."""
    encoding = encoding_of(raw, fallback)
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError as error:
        raise ParseError(
            f"this text is not {encoding}",
            found=raw[error.start : error.start + 4].hex(" "),
            where=f"byte {error.start}",
            expected=f"text in {encoding}",
            advice="Save it in this encoding, or, for a table that a profile describes, name its own in the profile.",
        ) from None  # the cause holds the whole input
    if NUL in text:
        raise ParseError(
            "this text holds NUL characters",
            where=f"character {text.index(NUL) + 1}",
            expected="text; one in UTF-16 begins with a byte order mark",
            advice="Ask the sender to export it again: its end may never have been written.",
        )
    return text.lstrip(MARK).replace("\r\n", "\n").replace("\r", "\n")
