"""What kind of specimen a report says its results are of, as far as it matters to what is plausible in them."""

import re
from collections.abc import Iterable
from functools import cache
from typing import Literal

from parsers.code_tables import settings
from parsers.records import Printed

Specimen = Literal["blood", "product", "unknown"]

COMPONENTS = re.compile(r"[\^&~!@\\]")


@cache
def _kinds() -> dict[str, Specimen]:
    """The kind that each code or word means, case-folded."""
    table = settings("specimen_types.toml")
    kinds: tuple[Specimen, ...] = ("blood", "product")
    return {word.casefold(): kind for kind in kinds for word in table[kind]}


def specimen_of(properties: Iterable[Printed]) -> Specimen:
    """The kind of specimen that a report's properties state; unknown if they state none, none that is known, or two."""
    stated_in = settings("specimen_types.toml")["stated_in"]
    words = (word for each in properties if each.label in stated_in for word in COMPONENTS.split(each.text))
    found = {kind for word in words if (kind := _kinds().get(word.strip().casefold()))}
    return found.pop() if len(found) == 1 else "unknown"
