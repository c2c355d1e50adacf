"""What changed between two releases: names that are new, renamed or gone, and alleles that changed their group.

Alleles are compared by accession number. The same text may thus stand in two rows: `A*01:03` renamed, and given anew.
"""

from collections.abc import Iterable, Iterator
from typing import Literal, get_args

import msgspec

from pipeline.normalise.nomenclature.locus import Locus
from pipeline.normalise.nomenclature.names import full_name, sort_key
from pipeline.normalise.nomenclature.release import Release

Kind = Literal["new", "renamed", "gone", "regrouped_G", "regrouped_P"]
KINDS: tuple[Kind, ...] = get_args(Kind)


class Change(msgspec.Struct, frozen=True):
    """What became of one accession number: its name, or the name of its group, before and after; empty for none."""

    change: Kind
    accession: str
    before: str
    after: str
    name: str


def changes(before: Release, after: Release) -> Iterator[Change]:
    """Every change between two releases, by gene and name."""
    for gene in sorted(before.loci | after.loci, key=sort_key):
        yield from _of_gene(gene, before.locus(gene), after.locus(gene))


def changed_tokens(before: Release, after: Release, tokens: Iterable[str]) -> frozenset[str]:
    """Those of `tokens`, names as in canonical GL Strings, that mean something else under `after`.

    A name means something else if its kind, its accession numbers, the names of these, or the G and P groups that they
    lie in differ.
    """
    return frozenset(token for token in tokens if meaning(before, token) != meaning(after, token))


def meaning(release: Release, token: str) -> object:
    """Everything that a release says of a name, as a value that can be compared with another release's."""
    members = release.expand(token)
    return release.status(token), [
        (member, release.accession(member), release.g_group(member), release.p_group(member)) for member in members
    ]


def _of_gene(gene: str, before: Locus, after: Locus) -> Iterator[Change]:
    was = {number: fields for fields, number in before.names.alleles.items()}
    now = {number: fields for fields, number in after.names.alleles.items()}

    def change(kind: Kind, number: str, old: str | None, new: str | None) -> Change:
        named = now.get(number) or was[number]
        return Change(kind, number, _named(gene, old), _named(gene, new), full_name(gene, named))

    for number in sorted(was | now, key=lambda number: (sort_key(now.get(number) or was[number]), number)):
        old, new = was.get(number), now.get(number)
        if old is None or new is None:
            yield change("gone" if new is None else "new", number, old, new)
            continue
        if old != new:
            yield change("renamed", number, old, new)
        if before.g_of.get(old) != after.g_of.get(new):
            yield change("regrouped_G", number, before.g_of.get(old), after.g_of.get(new))
        if before.p_of.get(old) != after.p_of.get(new):
            yield change("regrouped_P", number, before.p_of.get(old), after.p_of.get(new))


def _named(gene: str, fields: str | None) -> str:
    return full_name(gene, fields) if fields else ""
