"""Whether references of a FHIR document name one person, or one specimen.

    subject   reference: Patient/1     identifier: system isbt128.org/uri/GRID, value 9999TEST00000000118

A reference names by its address, by an identifier of its own, or by the identifiers of the resource that it points to.
Two that share one of these name the same, unless their GRIDs differ; two that share none have not been shown to.
"""

from collections.abc import Iterable
from itertools import combinations
from typing import NamedTuple

from parsers.elements import NOTHING, Element
from parsers.fhir_resources import Resources, is_contained, is_grid
from parsers.identifier_forms import one_spelling


class Identity(NamedTuple):
    """All that a reference calls what it points to.

    The resource, or, if that is not in the document, the end of its address; identifiers by system and value; GRIDs.
    """

    target: Element | str
    identifiers: frozenset[tuple[str, str]]
    grids: frozenset[str]

    @property
    def is_something(self) -> bool:
        """Whether the reference says more than a name for people, or that somebody is contained beside it."""
        return bool(self.target or self.identifiers)

    def differs(self, other: "Identity") -> bool:
        """Whether nothing shows that both are the same."""
        if self.grids and other.grids:
            return self.grids.isdisjoint(other.grids)
        return self.target != other.target and not any(
            value == same and (system == own or "" in (system, own))
            for system, value in self.identifiers
            for own, same in other.identifiers
        )


class Identities:
    """What the references of one document name, each worked out once."""

    def __init__(self, resources: Resources) -> None:
        self._resources = resources
        self._known: dict[Element, Identity] = {}

    def of(self, reference: Element) -> Identity:
        """What a reference calls what it points to."""
        known = self._known.get(reference)
        if known is None:
            known = self._known[reference] = self._identity(reference)
        return known

    def differ(self, references: Iterable[Element]) -> bool:
        """Whether two of these references do not name the same; one that names nothing is no contradiction."""
        found = dict.fromkeys(each for each in map(self.of, references) if each.is_something)
        return any(one.differs(other) for one, other in combinations(found, 2))

    def grids(self, reference: Element) -> list[Element]:
        """The identifiers of a person that are said to be GRIDs; one of each value."""
        found = {_grid(each): each for each in self._resources.identifiers(reference) if is_grid(each)}
        return list(found.values())

    def _identity(self, reference: Element) -> Identity:
        identifiers = self._resources.identifiers(reference)
        return Identity(
            self._target(reference),
            frozenset((each.first("system").text, each.first("value").text) for each in identifiers),
            frozenset(_grid(each) for each in identifiers if is_grid(each)),
        )

    def _target(self, reference: Element) -> Element | str:
        if is_contained(reference):
            return ""
        found = self._resources.referred(reference)
        address = reference.first("reference").text.partition("/_history/")[0]
        return "/".join(address.split("/")[-2:]) if found is NOTHING else found


def _grid(identifier: Element) -> str:
    return one_spelling(identifier.first("value").text)
