"""What a report or a result of a FHIR document rests on: resources, and the references that say whom it is about.

Observation  subject, focus             > Patient
             specimen                   > Specimen     subject > Patient
             derivedFrom                > Observation  subject, focus, specimen ...   (its alleles)
"""

from typing import NamedTuple

from parsers.elements import Element
from parsers.fhir_genotypes import alleles_of
from parsers.fhir_identity import Identities, foci
from parsers.fhir_objections import objections
from parsers.fhir_resources import Resources
from parsers.records import Finding


class Basis(NamedTuple):
    """What one report or result rests on.

    `persons` are the references that say whom it is about, its own first; `elsewhere` is said of one that is about
    somebody else than its subject, whom no reference names; `objections` is what the resources say against it.
    """

    persons: list[Element]
    elsewhere: bool
    resources: tuple[Element, ...]
    objections: tuple[Finding, ...]


class Bases:
    """What the reports and results of one document rest on, each worked out once."""

    def __init__(self, resources: Resources, identities: Identities) -> None:
        self._resources = resources
        self._identities = identities
        self._known: dict[Element, Basis] = {}

    def of(self, source: Element) -> Basis:
        """What this report or result rests on."""
        known = self._known.get(source)
        if known is None:
            known = self._known[source] = self._basis(source)
        return known

    def _basis(self, source: Element) -> Basis:
        referred = self._resources.referred
        own = (source, *alleles_of(source, self._resources))
        specimens = [referred(each) for holder in own for each in holder.each("specimen")]
        focused = [each for holder in own for each in foci(holder)]
        named = [each for holder in (*own, *specimens) for each in holder.each("subject")] + focused
        persons = [each for each in named if self._identities.of(each).is_something]
        resources = tuple(dict.fromkeys((*own, *specimens, *map(referred, persons))))
        return Basis(
            persons,
            not all(self._identities.of(each).is_something for each in focused),
            resources,
            tuple(found for each in resources for found in objections(each)),
        )
