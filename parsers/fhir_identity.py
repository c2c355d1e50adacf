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


class Identity(NamedTuple):
    """All that a reference calls what it points to.

    The resource, or, if that is not in the document, the end of its address; identifiers by system and value; GRIDs.
    """

    target: Element | str
    identifiers: frozenset[tuple[str, str]]
    grids: frozenset[str]

    def differs(self, other: "Identity") -> bool:
        """Whether nothing shows that both are the same."""
        if self.grids and other.grids:
            return self.grids.isdisjoint(other.grids)
        return self.target != other.target and not any(
            value == same and (system == own or "" in (system, own))
            for system, value in self.identifiers
            for own, same in other.identifiers
        )


def differ(references: Iterable[Element], resources: Resources) -> bool:
    """Whether two of these references do not name the same; one that names nothing is no contradiction."""
    found = dict.fromkeys(identity(each, resources) for each in references if names_something(each, resources))
    return any(one.differs(other) for one, other in combinations(found, 2))


def names_something(reference: Element, resources: Resources) -> bool:
    """Whether a reference says more than a name for people, or that somebody is contained beside it."""
    return bool(_target(reference, resources) or resources.identifiers(reference))


def identity(reference: Element, resources: Resources) -> Identity:
    """What a reference calls what it points to."""
    identifiers = resources.identifiers(reference)
    return Identity(
        _target(reference, resources),
        frozenset((each.first("system").text, each.first("value").text) for each in identifiers),
        frozenset(map(_bare, grids_of(reference, resources))),
    )


def grids_of(reference: Element, resources: Resources) -> list[Element]:
    """The identifiers of a person that are said to be GRIDs; one of each value."""
    found = {_bare(each): each for each in resources.identifiers(reference) if is_grid(each)}
    return list(found.values())


def _target(reference: Element, resources: Resources) -> Element | str:
    if is_contained(reference):
        return ""
    found = resources.referred(reference)
    address = reference.first("reference").text.partition("/_history/")[0]
    return "/".join(address.split("/")[-2:]) if found is NOTHING else found


def _bare(grid: Element) -> str:
    """The value of a GRID without the hyphens or blanks that people put between its parts."""
    return "".join(filter(str.isalnum, grid.first("value").text))
