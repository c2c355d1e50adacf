"""What a multiple allele code (MAC) stands for under a release.

A **generic** code lists second fields (`01/02/05`) and is used with any first field: `A*02:ABC` is A*02:01, A*02:02
or A*02:05. An **allele-specific** code lists first and second fields, at times with a suffix (`15:01/15:01N/35:43`);
it may be written only with the first field that occurs most often in it, and of several with the lowest.

A code is without a version: its members may since have been renamed or given up. A member that is no longer current is
looked up under its old names. One that cannot be found is stated as lost and never left out in silence.
"""

from collections import Counter
from collections.abc import Callable
from typing import Protocol

import msgspec


class CodeList(Protocol):
    """A list of multiple allele codes."""

    def members(self, code: str) -> tuple[str, ...] | None:
        """The members as printed, second fields or first:second; None if the list does not hold the code."""

    def close(self) -> None:
        """Let go of what the list is read from."""


class Expansion(msgspec.Struct, frozen=True):
    """The current names a code stands for; members found under another name, with it; and members not found."""

    names: tuple[str, ...] = ()
    renamed: tuple[tuple[str, str], ...] = ()
    lost: tuple[str, ...] = ()


def in_full(first: str, listed: tuple[str, ...]) -> tuple[str, ...]:
    """The members of a code written with this first field, each with its own."""
    return tuple(each if ":" in each else f"{first}:{each}" for each in listed)


def expand(members: tuple[str, ...], current: Callable[[str], tuple[str, ...]]) -> Expansion:
    """What the members of a code are called now; `current` gives the current names of a name."""
    names: dict[str, None] = {}
    renamed: list[tuple[str, str]] = []
    lost: list[str] = []
    for member in members:
        now = current(member)
        names.update(dict.fromkeys(now))
        if not now:
            lost.append(member)
        elif now != (member,):
            renamed.append((member, "/".join(now)))
    return Expansion(tuple(names), tuple(renamed), tuple(lost))


def usable_first_field(listed: tuple[str, ...]) -> str:
    """The only first field that an allele-specific code may be written with; empty for a generic one."""
    firsts = Counter(each.partition(":")[0] for each in listed if ":" in each)
    return min(firsts, key=lambda first: (-firsts[first], int(first)), default="")
