"""Which line of a TOML file a setting stands on.

The standard library reads TOML but forgets the lines. TOML makes it easy to find them again: outside of strings and
brackets, a line end ends a statement, and a statement is a header, `[[like.this]]`, or `key = value`. So the text of a
file *already known to be valid* is cut into statements, each of which is a small TOML document of its own; reading it
gives the keys that begin on that line.
"""

import re
import tomllib
from collections.abc import Iterator
from typing import Any

KeyPath = tuple[str | int, ...]
"""The way to a value: table names, keys, and the number of the entry in an array."""

PIECE = re.compile(
    r"""
    \"{3} (?: [^\\] | \\. )*? \"{3,5}      # a text over several lines; it may end in quotes of its own
    | '{3} .*? '{3,5}
    | " (?: [^"\\\n] | \\. )* "
    | ' [^'\n]* '
    | \# [^\n]*
    | [^"'#\[\]{}\n]+
    | .
    """,
    re.VERBOSE | re.DOTALL,
)


class TomlPlaces:
    """The line, counted from 1, of every table, key and array entry of a valid TOML text."""

    def __init__(self, text: str) -> None:
        self._lines: dict[KeyPath, int] = {(): 1}
        self._entries: dict[KeyPath, int] = {}
        table: KeyPath = ()
        for line, statement in _statements(text):
            if statement.startswith("["):
                table = self._open_table(statement, line)
            else:
                self._note(table, tomllib.loads(statement), line)

    def line(self, path: KeyPath) -> int:
        """The line of this setting; of the table it is missing from if it is not there."""
        while path not in self._lines:
            path = path[:-1]
        return self._lines[path]

    def _open_table(self, header: str, line: int) -> KeyPath:
        names = _names(header)
        table: KeyPath = ()
        for name in names[:-1]:
            table = self._newest((*table, name))
        table = (*table, names[-1])
        if header.startswith("[["):
            self._lines.setdefault(table, line)
            self._entries[table] = self._entries.get(table, -1) + 1
            table = self._newest(table)
        self._lines[table] = line
        return table

    def _newest(self, table: KeyPath) -> KeyPath:
        return (*table, self._entries[table]) if table in self._entries else table

    def _note(self, path: KeyPath, value: Any, line: int) -> None:
        self._lines.setdefault(path, line)
        if isinstance(value, dict):
            for key, inner in value.items():
                self._note((*path, key), inner, line)


def _statements(text: str) -> Iterator[tuple[int, str]]:
    """Each statement, without the comments, and the line on which it begins."""
    line, begun, depth = 1, 1, 0
    parts: list[str] = []
    for piece in PIECE.findall(text.replace("\r\n", "\n") + "\n"):
        depth += (piece in "[{") - (piece in "]}")
        if piece == "\n" and depth == 0:
            if statement := "".join(parts).strip():
                yield begun, statement
            parts, begun = [], line + 1
        elif not piece.startswith("#"):
            parts.append(piece)
        line += piece.count("\n")


def _names(header: str) -> list[str]:
    """The names in a table header: `[a."b.c"]` holds a and b.c."""
    names: list[str] = []
    inner: Any = tomllib.loads(header)
    while isinstance(inner, dict) and inner:
        ((name, inner),) = inner.items()
        names.append(name)
    return names
