"""Whole GL Strings reduced: every name replaced by what it reduces to, every operator kept.

A string is refused as a whole if one of its names is not understood or its operators cannot hold for one person. What
is only worth knowing is noted beside the result. Every flag says where its token stands.
"""

from collections.abc import Iterable, Iterator

import msgspec

from parsers.errors import ParseError
from pipeline.normalise.genotypes import genotype_flags
from pipeline.normalise.glstring import GLString, GLStringError, leaves, read, replace_names, text_of
from pipeline.normalise.nomenclature.locus import UNDERSTOOD
from pipeline.normalise.nomenclature.release import Mode, Release
from pipeline.normalise.records import Flag
from pipeline.normalise.reduction_flags import notes
from pipeline.normalise.typing import flag_for_error, flag_for_status

OUTPUT_LIMIT = 10_000_000


class Reduced(msgspec.Struct, frozen=True):
    """A GL String and what it reduces to; `output` is empty if it is refused, and a flag says why."""

    input: str
    output: str
    flags: tuple[Flag, ...] = ()


def reduce_glstring(text: str, mode: Mode, release: Release) -> Reduced:
    """The GL String `text` reduced under `release`, in canonical order; refused as a whole if it is doubtful."""
    try:
        written = read(text)
    except ParseError as error:
        return Reduced(text, "", (placed_error(error),))
    if refusals := tuple(_refusals(written, release)):
        return Reduced(text, "", in_order(refusals))
    noted = (*_release_note(written, release), *_notes(written, mode, release))
    size = sum(len(each) + 1 for name in written.names for each in release.reduce(name, mode))
    if size > OUTPUT_LIMIT:
        message = f"this string reduces to {size} characters; at most {OUTPUT_LIMIT} are written"
        return Reduced(text, "", in_order((*noted, Flag("too_long", "", message, "error"))))
    tree = replace_names(written.tree, lambda name: release.reduce(name, mode))
    return Reduced(text, text_of(tree), in_order(noted))


def in_order(flags: Iterable[Flag]) -> tuple[Flag, ...]:
    """Flags by the places of their tokens; those of one place stay in the order in which they were found."""
    return tuple(sorted(dict.fromkeys(flags), key=lambda flag: flag.position or 0))


def placed(flag: Flag, position: int) -> Flag:
    """The flag with the place of its token."""
    return msgspec.structs.replace(flag, position=position)


def _refusals(written: GLString, release: Release) -> Iterator[Flag]:
    for name, place in written.places.items():
        status = release.status(name)
        if status.kind not in UNDERSTOOD:
            yield placed(flag_for_status(name, status, release.version), place)
    for flag in genotype_flags(written.tree):
        yield placed(flag, min(written.places[name] for name in leaves(read(flag.token).tree)))


def _notes(written: GLString, mode: Mode, release: Release) -> Iterator[Flag]:
    for name, place in written.places.items():
        for flag in notes(name, mode, release):
            yield placed(flag, place)


def _release_note(written: GLString, release: Release) -> Iterator[Flag]:
    if written.release not in ("", release.version):
        message = f"written under this release, read under {release.version}"
        yield Flag("release_differs", written.release, message, "info")


def placed_error(error: ParseError) -> Flag:
    """The flag of an expression that is no GL String, with the place at which it ceases to be one."""
    flag = flag_for_error(error)
    return placed(flag, error.position) if isinstance(error, GLStringError) and error.position else flag
