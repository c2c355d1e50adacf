"""What a parser says when it cannot read: what was found, where, what was expected, what to do.

The quoted text may hold a name or a typing, so it is kept as a value of its own: `str(error)` is safe to log,
`explain()` is for the person who is allowed to see the report.
"""


class ParseError(ValueError):
    """The bytes are not what the format says they should be; the sender or the export settings must act."""

    def __init__(self, message: str, *, found: str = "", where: str = "", expected: str = "", advice: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.found = found
        self.where = where
        self.expected = expected
        self.advice = advice

    def __str__(self) -> str:
        return f"{self.where}: {self.message}" if self.where else self.message

    def explain(self) -> str:
        """The whole story in one paragraph, with the text as found (at most 80 characters of it)."""
        parts = [f"{self.message[:1].upper()}{self.message[1:]}"]
        if self.found:
            parts.append(f"found {quoted(self.found)}")
        if self.where:
            parts.append(f"at {self.where}")
        if self.expected:
            parts.append(f"expected {self.expected}")
        return "; ".join(parts) + "." + (f" {self.advice}" if self.advice else "")


class Inquiry(ParseError):
    """The input asks and reports nothing: there is nothing to load, and nothing is wrong with it."""


def quoted(text: str, limit: int = 80) -> str:
    """Text in double quotes on one line, control characters visible, cut at `limit`."""
    shown = text[:limit].encode("unicode_escape").decode("ascii")
    return f'"{shown}"' if len(text) <= limit else f'"{shown}..." ({len(text)} characters)'
