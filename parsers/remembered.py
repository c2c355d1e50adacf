"""What was read off a text, remembered: laboratories write the same alleles, codes and loci over and over.

What is remembered is the same for everybody and stays as long as the process lives, so it has two bounds: how many
texts, and how long each of them may be, for a list of ambiguities may have thousands of characters.
"""

from collections.abc import Callable
from typing import TypeVar

MOST = 20_000
SHORT = 200
"""Characters of a text that is remembered."""

Result = TypeVar("Result")


class Remembered(dict[str, Result]):
    """What a function gave for the texts that it was asked for; all are forgotten when they are too many."""

    def __init__(self, read: Callable[[str], Result], most: int = MOST, short: int = SHORT) -> None:
        super().__init__()
        self.read = read
        self.most = most
        self.short = short

    def __missing__(self, text: str) -> Result:
        result = self.read(text)
        if len(self) >= self.most:
            self.clear()
        if len(text) <= self.short:
            self[text] = result
        return result


def remembered(read: Callable[[str], Result]) -> Callable[[str], Result]:
    """The function, which must be pure, with its results kept: a known text costs one look into a dictionary."""
    return Remembered(read).__getitem__
