"""Typings of one release read under another, copy by copy.

A registry's typings are hundreds of thousands of pairs of some thousand copies: an allele, or the list that a kit
cannot tell apart. What a copy becomes under another release is worked out once, and a pair is put together from its
copies. A typing that is more than copies (genotypes to choose from, phase), or of which a copy is in doubt or has
another name, which has to be said where it stands, is read whole.
"""

import re
from collections.abc import Callable
from typing import NamedTuple

from parsers.records import LocusTyping
from pipeline.normalise.glstring import Order
from pipeline.normalise.nomenclature.names import sort_key, split_name
from pipeline.normalise.resolution import Resolution, resolution_of
from pipeline.normalise.typing import Meaning, TypingNormaliser

MORE_THAN_COPIES = re.compile(r"[?^|~]")
OF_THE_RELEASE = frozenset({"release_differs", "no_release"})
"""Flags that speak of the release and not of the typing."""


class Copy(NamedTuple):
    """A copy under the new release: its place among others, and its resolution."""

    order: Order
    resolution: Resolution


class Copies:
    """Reads under the release of `new` what was written under that of `old`.

    `moved` tells of a copy whether the releases say different things of any name in it; one of which they say the same
    is not read again.
    """

    def __init__(
        self, old: TypingNormaliser, new: TypingNormaliser, moved: Callable[[str], bool] = lambda _: True
    ) -> None:
        self._stated = old.version or ""
        self._moved = moved
        self._new = new
        self._known: dict[str, Copy | None] = {}

    def meaning(self, glstring: str, stated: str) -> Meaning | None:
        """What a canonical GL String means now that was stated under `stated`; None if it has to be read whole."""
        if MORE_THAN_COPIES.search(glstring):
            return None
        copies = [self.copy(copy) for copy in glstring.split("+")]
        found = [copy for copy in copies if copy is not None]
        if len(found) < len(copies):
            return None
        text = "+".join(order[1] for order in sorted(copy.order for copy in found))
        return Meaning(text, _resolution(found), self._new.release_flags(stated))

    def copy(self, text: str) -> Copy | None:
        """What a copy is under the new release; None if it has to be read where it stands."""
        if text not in self._known:
            self._known[text] = self._read(text)
        return self._known[text]

    def _read(self, text: str) -> Copy | None:
        release = self._new.release
        if release and not self._moved(text):
            return Copy(_order(text), resolution_of(("/", tuple(text.split("/"))), release))
        gene = split_name(text.partition("/")[0])[0]
        stated = LocusTyping(
            locus=gene, state="one_stated", reported=text, expression=text, stated_release=self._stated
        )
        meaning = self._new.meaning(stated)
        if meaning.glstring is None or any(flag.code not in OF_THE_RELEASE for flag in meaning.flags):
            return None
        return Copy(_order(meaning.glstring), meaning.resolution)


def _order(copy: str) -> Order:
    """The place of a copy, written in canonical order, among others."""
    return tuple(map(sort_key, copy.split("/"))), copy


def _resolution(copies: list[Copy]) -> Resolution:
    """That of all copies if they agree."""
    found = {copy.resolution for copy in copies}
    return found.pop() if len(found) == 1 else "generic"
