"""The typing methods of an HML message: which one a result came from, and which loci it can tell of.

One typing may name several methods. Those that name the locus of a result are its methods; where none does, all of them
are.
"""

from collections.abc import Iterable
from functools import lru_cache

import msgspec

from parsers.records import Printed
from parsers.typing_states import gene_name

METHODS = {"sbt-ngs": "NGS", "sbt-sanger": "SBT", "sbt": "SBT", "sso": "SSO", "ssp": "SSP"}
"""The elements that tell of a method, and the short name of each."""

WIDE_METHOD_LOCI = ("DRB", "DRB345", "DRB3/4/5")
"""Loci as a method may name DRB1, DRB3, DRB4 and DRB5 together."""


class Method(msgspec.Struct, frozen=True, gc=False):
    """How a locus was typed: one element of METHODS, or several of them in one."""

    locus: str = ""
    name: str = ""
    test_id: str = ""
    test_source: str = ""
    quality: tuple[Printed, ...] = ()

    def covers(self, locus: str) -> bool:
        """Whether alleles of this locus may come from this method; one that names no locus covers all."""
        if self.locus in ("", locus):
            return True
        if self.locus in WIDE_METHOD_LOCI:
            return locus.startswith("DRB")
        return self.locus in locus.split("~")


@lru_cache(maxsize=1024)  # a laboratory has some dozen kits
def method_of(
    element: str, locus: str | None, test_id: str | None, test_source: str | None, scores: str | None
) -> Method:
    """The method that an element of this name and these attributes tells of."""
    quality = (Printed("scores", scores),) if scores else ()
    return Method(gene_name(locus or ""), METHODS[element], test_id or "", test_source or "", quality)


def methods_of(locus: str, methods: list[Method]) -> list[Method]:
    """The methods that name this locus; all of them if none does."""
    return [each for each in methods if each.locus == locus] or methods


def combined(methods: list[Method]) -> Method:
    """Several methods as one, their different texts joined by `+`; the locus is the first one's."""
    return Method(
        locus=methods[0].locus if methods else "",
        name=_joined(each.name for each in methods),
        test_id=_joined(each.test_id for each in methods),
        test_source=_joined(each.test_source for each in methods),
        quality=tuple(printed for each in methods for printed in each.quality),
    )


def _joined(texts: Iterable[str]) -> str:
    return "+".join(dict.fromkeys(filter(None, texts)))
