"""Whole GL Strings reduced: every name replaced by what it reduces to, every operator kept.

A string is refused as a whole if one of its names is not understood or its operators cannot hold for one person. What
is only worth knowing is noted beside the result. Every flag says where its token stands.
"""

from collections.abc import Iterator

import msgspec

from pipeline.normalise.flag_places import in_order, placed_in
from pipeline.normalise.genotypes import genotype_flags
from pipeline.normalise.glstring import GLString, GLStringError, read, replace_names, text_of
from pipeline.normalise.name_flags import flag_for_error, flag_for_status
from pipeline.normalise.nomenclature.locus import UNDERSTOOD
from pipeline.normalise.nomenclature.release import Mode, Release
from pipeline.normalise.records import Flag, Severity
from pipeline.normalise.reduction_flags import notes
from pipeline.normalise.stated_release import number_of, same_release

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
    except GLStringError as error:
        return Reduced(text, "", (flag_for_error(error),))
    if refusals := tuple(placed_in(written, _refusals(written, release))):
        return Reduced(text, "", in_order(refusals))
    noted = (*release_note(written, release, "info"), *placed_in(written, _notes(written, mode, release)))
    size = sum(len(each) + 1 for name in written.names for each in release.reduce(name, mode))
    if size > OUTPUT_LIMIT:
        message = f"this string reduces to {size} characters; at most {OUTPUT_LIMIT} are written"
        return Reduced(text, "", in_order((*noted, Flag("too_long", "", message, "error"))))
    tree = replace_names(written.tree, lambda name: release.reduce(name, mode))
    return Reduced(text, text_of(tree), in_order(noted))


def _refusals(written: GLString, release: Release) -> Iterator[Flag]:
    for name in written.places:
        status = release.status(name)
        if status.kind not in UNDERSTOOD:
            yield flag_for_status(name, status, release.version)
    yield from of_other_alleles(written, release)
    yield from genotype_flags(written.tree)


def _notes(written: GLString, mode: Mode, release: Release) -> Iterator[Flag]:
    for name in written.places:
        yield from notes(name, mode, release)


def of_other_alleles(written: GLString, release: Release) -> Iterator[Flag]:
    """A refusal for every name that was another allele's under the release that a GL String Code was written under."""
    if not written.release or same_release(written.release, release.version):
        return
    for name in written.places:
        meant, held = release.is_called(name, number_of(written.release)), release.expand(name)
        if held and meant is not None and meant not in held:
            today = f"; it is now {meant}" if meant else ", which has no name any more"
            message = f"in release {written.release} this name was another allele's than in {release.version}{today}"
            yield Flag("name_of_another_allele", name, message, "error")


def release_note(written: GLString, release: Release, severity: Severity) -> Iterator[Flag]:
    """The doubt about a GL String Code that was written under another release."""
    if written.release and not same_release(written.release, release.version):
        message = f"written under this release, read under {release.version}"
        yield Flag("release_differs", written.release, message, severity, written.release_place)
