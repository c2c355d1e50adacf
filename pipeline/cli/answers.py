"""How answers are printed: JSON for programs, tables for people; progress and diagnostics apart from both.

What senders and file names hold may be anything. On its way to a person every control character is shown by its escape,
lest a file paint a terminal or hide a line of it.
"""

import json as plain_json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TextIO

import msgspec

WIDE = 160
UNDECODED = re.compile("[\udc80-\udcff]")
"""How Python carries a byte of a file name that is not UTF-8."""
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""What steers a terminal or turns the direction of a line; tabs and line ends are not among it."""


class Answers:
    """The two streams of a session and the choice between JSON and prose."""

    def __init__(self, out: TextIO, err: TextIO, json: bool) -> None:
        self.out = out
        self.err = err
        self.json = json

    def line(self, text: str) -> None:
        """One line of the answer."""
        self.out.write(harmless(text) + "\n")

    def object(self, answer: Any) -> None:
        """One JSON object on a line."""
        self.out.write(encoded(answer) + "\n")

    def objects(self, answers: Iterable[Any]) -> int:
        """JSON Lines; how many there were."""
        count = 0
        for answer in answers:
            self.object(answer)
            count += 1
        return count

    def table(self, rows: Iterable[Mapping[str, Any]], columns: Sequence[str]) -> int:
        """Rows as JSON Lines, or as a table of these columns for a person; how many there were."""
        if self.json:
            return self.objects(rows)
        from rich.console import Console  # noqa: PLC0415  # 60 ms that programs need not wait for
        from rich.table import Table  # noqa: PLC0415

        shown = Table(*columns, box=None, pad_edge=False, header_style="bold")
        for row in rows:
            shown.add_row(*(harmless(text_of(row.get(column))).replace("\n", r"\n") for column in columns))
        if shown.row_count:
            width = None if self.out.isatty() else WIDE
            Console(file=self.out, width=width, highlight=False, markup=False, emoji=False).print(shown)
        return shown.row_count

    def say(self, text: str) -> None:
        """A remark for the person at the terminal."""
        self.err.write(harmless(text) + "\n")
        self.err.flush()


def harmless(text: str) -> str:
    """The text with every control character, and every byte that is no text, as its escape."""
    shown = CONTROL.sub(lambda found: found[0].encode("unicode_escape").decode(), text)
    return UNDECODED.sub(lambda found: rf"\x{ord(found[0]) - 0xDC00:02x}", shown)


def encoded(answer: Any) -> str:
    """The answer as JSON; a byte of a file name that is no text is shown as its escape, as receipts show it."""
    try:
        return msgspec.json.encode(answer, enc_hook=str).decode()
    except UnicodeEncodeError:
        text = plain_json.dumps(msgspec.to_builtins(answer, enc_hook=str), ensure_ascii=False)
        return UNDECODED.sub(lambda found: rf"\\x{ord(found[0]) - 0xDC00:02x}", text)


def text_of(value: Any) -> str:
    """A cell's text; nothing for None."""
    if value is None:
        return ""
    return value if isinstance(value, str) else encoded(value)


def counted(number: int, thing: str) -> str:
    """A number of things, in words: `1 report`, `2 reports`."""
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"
