"""Whole GL Strings reduced: every name replaced by what it reduces to, every operator kept."""

import msgspec

from parsers.errors import ParseError
from pipeline.normalise.genotypes import genotype_flags
from pipeline.normalise.glstring import read, replace_names, text_of
from pipeline.normalise.nomenclature.release import Mode, Release, UnknownName
from pipeline.normalise.records import Flag
from pipeline.normalise.typing import flag_for_error, flag_for_status


class Reduced(msgspec.Struct, frozen=True):
    """A GL String and what it reduces to; `output` is empty if it is refused, and a flag says why."""

    input: str
    output: str
    flags: tuple[Flag, ...] = ()


def reduce_glstring(text: str, mode: Mode, release: Release) -> Reduced:
    """The GL String `text` reduced under `release`, in canonical order; refused as a whole if it is doubtful."""
    flags: dict[Flag, None] = {}

    def reduced(name: str) -> frozenset[str]:
        try:
            found = release.reduce(name, mode)
        except UnknownName as error:
            flags[flag_for_status(name, error.status, release.version)] = None
            return frozenset({name})
        flags.update(_null_flags(name, found, release))
        return found

    try:
        written = read(text).tree
    except ParseError as error:
        return Reduced(text, "", (flag_for_error(error),))
    flags.update(dict.fromkeys(genotype_flags(written)))
    tree = replace_names(written, reduced)
    refused = any(flag.severity != "info" for flag in flags)
    return Reduced(text, "" if refused else text_of(tree), tuple(flags))


def _null_flags(name: str, found: frozenset[str], release: Release) -> dict[Flag, None]:
    if not release.is_null(name) or all(each.endswith("N") for each in found):
        return {}
    message = "a null allele; the name it reduces to says nothing about expression, so do not match by it"
    return {Flag("null_in_group", name, message, "info"): None}
