"""Whole GL Strings lifted from one release to another: every name lifted, every operator kept."""

from collections.abc import Iterator

from parsers.remembered import Remembered
from pipeline.normalise.flag_places import in_order, placed_in
from pipeline.normalise.glstring import GLString, GLStringError, read, replace_names, text_of
from pipeline.normalise.name_flags import flag_for_error, flag_for_status
from pipeline.normalise.nomenclature.liftover import Lifter
from pipeline.normalise.nomenclature.locus import UNDERSTOOD
from pipeline.normalise.records import Flag
from pipeline.normalise.reduction import Reduced, of_other_alleles, release_note
from pipeline.normalise.reduction_flags import old_note

REMEMBERED = 200_000
LONGEST_REMEMBERED = 10_000
"""Characters of a string that is remembered."""


class GLStringLifter:
    """Lifts GL Strings; remembers those it has seen, for registries repeat them."""

    def __init__(self, lifter: Lifter) -> None:
        self.lifter = lifter
        self._known = Remembered(self._lifted, REMEMBERED, LONGEST_REMEMBERED)

    def lift(self, text: str) -> Reduced:
        """The string in the names of the other release, in canonical order; refused if one of them has none."""
        return self._known[text]

    def _lifted(self, text: str) -> Reduced:
        try:
            written = read(text)
        except GLStringError as error:
            return Reduced(text, "", (flag_for_error(error),))
        note = release_note(written, self.lifter.here, "warning")
        flags = in_order((*note, *placed_in(written, self._flags(written))))
        if any(flag.severity == "error" for flag in flags):
            return Reduced(text, "", flags)
        tree = replace_names(written.tree, lambda name: frozenset(self.lifter.lift(name).names))
        return Reduced(text, text_of(tree), flags)

    def _flags(self, written: GLString) -> Iterator[Flag]:
        here = self.lifter.here
        yield from of_other_alleles(written, here)
        for name in written.places:
            status = here.status(name)
            if status.kind not in UNDERSTOOD:
                refusal = flag_for_status(name, status, here.version)
                yield Flag(refusal.code, name, refusal.message, "error")
            else:
                yield from old_note(name, here) if status.kind == "renamed" else ()
                yield from self.lifter.lift(name).flags
