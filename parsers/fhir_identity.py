"""Whether references of a FHIR document name one person, or one specimen.

    subject   reference: Patient/1     identifier: system isbt128.org/uri/GRID, value 9999TEST00000000118

A reference names by its address, by an identifier of its own, or by the identifiers of the resource that it points to.
Two that share one of these name the same, unless their GRIDs differ; two that share none have not been shown to. One
whose own identifier is not among those of the same system that the resource has names nobody for certain.

A result is about its subject unless it has a focus. Versions without that element say it in an extension.
"""

import re
from collections.abc import Iterable
from itertools import combinations
from typing import NamedTuple

from parsers.elements import NOTHING, Element
from parsers.fhir_resources import Resources, identifiers_of, is_contained, is_grid, is_registered, is_retired, said_by
from parsers.identifier_forms import names_nobody, one_spelling

FOCUS = re.compile(r"observation[.-]foc(us|al)", re.IGNORECASE)
"""Of the extensions observation-focusCode (R4), observation-focal-subject (STU3), extension-Observation.focus."""


def foci(result: Element) -> list[Element]:
    """Whom a result is about in its subject's stead; an empty reference where that is said by a code."""
    extensions = (each for each in result.each("extension") if FOCUS.search(each.first("url").text))
    return [*result.each("focus"), *(each.first("valueReference") for each in extensions)]


class Identity(NamedTuple):
    """All that a reference calls what it points to.

    The resource, or, if that is not in the document, the end of its address; identifiers by system and value; GRIDs;
    whether its own identifier is another than the resource's.
    """

    target: Element | str
    identifiers: frozenset[tuple[str, str]]
    grids: frozenset[str]
    contradictory: bool = False

    @property
    def is_something(self) -> bool:
        """Whether the reference says more than a name for people, or that somebody is contained beside it."""
        return bool(self.target or self.identifiers)

    def differs(self, other: "Identity") -> bool:
        """Whether nothing shows that both are the same."""
        if self.grids and other.grids:
            return self.grids.isdisjoint(other.grids)
        return self.target != other.target and not self._shares_with(other)

    def denies(self, other: "Identity") -> bool:
        """Whether both have an identifier of one system, and not the same."""
        if self.grids and other.grids:
            return self.grids.isdisjoint(other.grids)
        of_one_system = any(_one_system(mine, its) for mine, _ in self.identifiers for its, _ in other.identifiers)
        return of_one_system and not self._shares_with(other)

    def _shares_with(self, other: "Identity") -> bool:
        return any(
            value == same and _one_system(mine, its)
            for mine, value in self.identifiers
            for its, same in other.identifiers
        )


def _one_system(one: str, other: str) -> bool:
    """Whether two systems are the same, as far as both are named."""
    return one == other or "" in (one, other)


class Identities:
    """What the references of one document name, worked out once for all that say the same."""

    def __init__(self, resources: Resources) -> None:
        self._resources = resources
        self._known: dict[Element | str, Identity] = {}

    def of(self, reference: Element) -> Identity:
        """What a reference calls what it points to."""
        said = said_by(reference)
        known = self._known.get(said)
        if known is None:
            known = self._known[said] = self._identity(reference)
        return known

    def differ(self, references: Iterable[Element]) -> bool:
        """Whether these references do not all name the same; one that names nothing is no contradiction."""
        found = dict.fromkeys(each for each in map(self.of, references) if each.is_something)
        return any(each.contradictory for each in found) or any(
            one.differs(other) for one, other in combinations(found, 2)
        )

    def rivals(self, reference: Element) -> list[Element]:
        """Several GRIDs of a person, or several numbers of one registry that are as good as each other; one of each."""
        identifiers = self._resources.identifiers(reference)
        best = next(iter(identifiers), NOTHING)
        alike = [each for each in identifiers if is_registered(each) and _kind(each) == _kind(best)]
        found = {number: each for each in alike if (number := _spelling(each))}
        return list(found.values()) if len(found) > 1 else []

    def _identity(self, reference: Element) -> Identity:
        called = _called(self._resources.identifiers(reference))
        own = _in_use(reference)
        contradictory = bool(own) and _called(own).denies(_called(_in_use(self._resources.referred(reference))))
        return called._replace(target=self._target(reference), contradictory=contradictory)

    def _target(self, reference: Element) -> Element | str:
        if is_contained(reference):
            return ""
        found = self._resources.referred(reference)
        address = reference.first("reference").text.partition("/_history/")[0]
        return "/".join(address.split("/")[-2:]) if found is NOTHING else found


def _in_use(holder: Element) -> list[Element]:
    return [each for each in identifiers_of(holder) if not is_retired(each)]


def _called(identifiers: list[Element]) -> Identity:
    """What identifiers name; a word that people write where there is none is nobody's."""
    named = [each for each in identifiers if not names_nobody(each.first("value").text)]
    return Identity(
        "",
        frozenset((each.first("system").text, each.first("value").text) for each in named),
        frozenset(_spelling(each) for each in named if is_grid(each)),
    )


def _kind(identifier: Element) -> tuple[str, ...]:
    """What a person has one of: a GRID, a registry's number for one use."""
    return () if is_grid(identifier) else (identifier.first("system").text, identifier.first("use").text)


def _spelling(identifier: Element) -> str:
    return one_spelling(identifier.first("value").text)
