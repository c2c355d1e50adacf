"""What an allele is called under another release: the accession number is the identity, the name is not.

A name may be lengthened when its silent variants are told apart, take another letter when its expression is measured,
or pass to another allele. Its accession number (HLA00001) stays. A name that stands for several alleles (fewer fields,
a group, a code) keeps its text as long as it stands for every one of them that it allowed, be it for others, too. One
that an allele has left is written with what that allele is called now: `A*24:459` of 3.50.0 is `A*24:459` or
`A*24:608N` in 3.58.0.
"""

from pipeline.normalise.nomenclature.names import sort_key
from pipeline.normalise.nomenclature.release import Release

Called = tuple[str, ...]
"""The names that a name of another release has here: mostly itself; none if others have taken it over."""


def renamed(name: str, before: Release, after: Release) -> Called:
    """What is called `name` under `before` in the names of `after`; the name itself if nothing is known of it."""
    accession = before.accession(name)
    if accession is None:
        return _still_called(name, _numbers_of(name, before), after)
    if accession == (held := after.accession(name)):
        return (name,)
    return _called(name, after.name_of(accession, name), bool(held))


def called_by_lists(name: str, stated: str, after: Release) -> Called:
    """The same by the allele lists at hand, of a release that is not installed.

    A list says what a name meant, and not what beside it began so: a name that holds its allele today is left alone.
    """
    called = after.is_called(name, stated)
    if called is None:
        return _still_called(name, after.began_so(name, stated), after)
    held = after.expand(name)
    return (name,) if called in held else _called(name, called, bool(held))


def _called(name: str, today: str | None, held: bool) -> Called:
    """One allele by its name of today; without one the name stays, unless others hold it."""
    return (today,) if today else () if held else (name,)


def _numbers_of(name: str, release: Release) -> frozenset[str]:
    """The accession numbers of the alleles that a name allows: null alleles only where it says so."""
    return frozenset(filter(None, map(release.accession, release.allowed(name))))


def _still_called(name: str, meant: frozenset[str], after: Release) -> Called:
    """The name if it stands for all alleles meant that have a name today, else with the names of those that left it."""
    today = frozenset(filter(None, (after.name_of(number, name) for number in meant)))
    held = frozenset(after.expand(name))
    if today <= held:
        return (name,) if today or not (meant and held) else ()
    kept = {name} if today & held else set[str]()
    return tuple(sorted(kept | (today - held), key=sort_key))
