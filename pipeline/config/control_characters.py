"""Control characters in settings, by the names that ASCII gives them: "CR LF", "STX", "ESC P CR LF"."""

from typing import Final

NAMES: Final = tuple(
    "NUL SOH STX ETX EOT ENQ ACK BEL BS TAB LF VT FF CR SO SI "  # noqa: SIM905  # by rows of sixteen, as in the standard
    "DLE DC1 DC2 DC3 DC4 NAK SYN ETB CAN EM SUB ESC FS GS RS US".split()
)


def spelled(text: str) -> bytes:
    """The bytes of a text of words; a word that names a control character is that, any other stands for itself."""
    return b"".join(bytes([NAMES.index(word)]) if word in NAMES else word.encode() for word in text.split())
