"""How answers are printed: JSON for programs, tables for people; progress and diagnostics apart from both."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TextIO

import msgspec

WIDE = 160


class Answers:
    """The two streams of a session and the choice between JSON and prose."""

    def __init__(self, out: TextIO, err: TextIO, json: bool) -> None:
        self.out = out
        self.err = err
        self.json = json

    def line(self, text: str) -> None:
        """One line of the answer."""
        self.out.write(text + "\n")

    def object(self, answer: Any) -> None:
        """One JSON object on a line."""
        self.out.write(msgspec.json.encode(answer).decode() + "\n")

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
            shown.add_row(*(text_of(row.get(column)) for column in columns))
        Console(file=self.out, width=None if self.out.isatty() else WIDE, highlight=False, markup=False).print(shown)
        return shown.row_count

    def say(self, text: str) -> None:
        """A remark for the person at the terminal."""
        self.err.write(text + "\n")
        self.err.flush()


def text_of(value: Any) -> str:
    """A cell's text; nothing for None."""
    if value is None:
        return ""
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()
