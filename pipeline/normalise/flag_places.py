"""The places of flags: at which character, from 1, the token of a flag stands in the string that was written."""

from collections.abc import Iterable, Iterator

import msgspec

from pipeline.normalise.glstring import GLString
from pipeline.normalise.records import Flag


def placed(flag: Flag, position: int | None) -> Flag:
    """The flag with the place of its token, where there is one."""
    return msgspec.structs.replace(flag, position=position) if position else flag


def placed_in(written: GLString, flags: Iterable[Flag]) -> Iterator[Flag]:
    """The flags, each with the place of its token in the GL String as it was written."""
    return (placed(flag, written.place_of(flag.token)) for flag in flags)


def in_order(flags: Iterable[Flag]) -> tuple[Flag, ...]:
    """Flags by the places of their tokens; those of one place stay in the order in which they were found."""
    return tuple(sorted(dict.fromkeys(flags), key=lambda flag: flag.position or 0))
