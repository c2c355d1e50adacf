"""What is wrong with a configuration file, all of it at once: one line a problem, each with its place."""

import json
from collections.abc import Iterable

import msgspec

from pipeline.errors import ConfigError

SHOWN = 80


class Problem(msgspec.Struct, frozen=True, omit_defaults=True):
    """One wrong setting: file and line, what is wrong, the value as found, what was expected, what to do."""

    place: str
    message: str
    found: str = ""
    expected: str = ""
    advice: str = ""

    def __str__(self) -> str:
        parts = [f"{self.place}: {self.message}"]
        if self.found:
            parts.append(f"found {self.found}")
        if self.expected:
            parts.append(f"expected {self.expected}")
        return "; ".join(parts) + (f". {self.advice}" if self.advice else "")


class WrongSettings(ConfigError):
    """The site file or an instrument model cannot be used; `problems` names everything that is wrong with it."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = list(problems)
        super().__init__("\n".join(map(str, self.problems)))


def shown(value: object) -> str:
    """A setting's value in the file's own spelling, on one line, cut if it is long."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}..."
