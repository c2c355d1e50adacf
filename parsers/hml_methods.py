"""The typing methods of an HML message: which one a result came from, and which loci it can tell of.

One typing-method may hold several methods. Those that name the locus of a result are its methods; where none does, all
of them are.
"""

from collections.abc import Iterable

import msgspec

from parsers.hml_statements import Statement
from parsers.records import Printed

METHODS = {"sbt-ngs": "NGS", "sbt-sanger": "SBT", "sso": "SSO", "ssp": "SSP"}
"""The elements of a typing-method, and the short name of each."""

WIDE_METHOD_LOCI = ("DRB", "DRB345", "DRB3/4/5")
"""Loci as a method may name DRB1, DRB3, DRB4 and DRB5 together."""


class Method(msgspec.Struct, frozen=True):
    """How a locus was typed: one child of typing-method, or several of them in one."""

    locus: str = ""
    name: str = ""
    test_id: str = ""
    test_source: str = ""
    quality: tuple[Printed, ...] = ()

    def covers(self, locus: str) -> bool:
        """Whether alleles of this locus may come from this method; one that names no locus covers all."""
        if self.locus in WIDE_METHOD_LOCI:
            return locus.startswith("DRB")
        return self.locus in ("", locus) or self.locus in locus.split("~")


def methods_of(statement: Statement, methods: list[Method]) -> list[Method]:
    """The methods that name the statement's locus; all of them if none does."""
    return [each for each in methods if each.locus == statement.locus] or methods


def combined(methods: list[Method]) -> Method:
    """Several methods as one, their different texts joined by `+`; the locus is the first one's."""
    if len(methods) == 1:
        return methods[0]
    return Method(
        locus=methods[0].locus if methods else "",
        name=_joined(each.name for each in methods),
        test_id=_joined(each.test_id for each in methods),
        test_source=_joined(each.test_source for each in methods),
        quality=tuple(printed for each in methods for printed in each.quality),
    )


def _joined(texts: Iterable[str]) -> str:
    return "+".join(dict.fromkeys(filter(None, texts)))
