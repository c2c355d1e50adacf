"""What the T-cell epitope groups of HLA-DPB1 say of a patient and a donor (`nomenclature/tce.py` has the rule)."""

from functools import cache
from typing import Protocol

from pipeline.normalise.nomenclature.tce import NO_GROUP, Copy, Outcome, outcomes

LOCUS = "DPB1"


class EpitopeGroups(Protocol):
    """A nomenclature release, as far as the rule needs it."""

    def tce_groups(self, token: str) -> Copy:
        """The epitope groups that one name allows."""
        ...


class Epitopes:
    """A patient's genotype of DPB1, held against those of donors."""

    def __init__(self, patient: str | None, groups: EpitopeGroups) -> None:
        self._groups = groups
        self._patient = self._pairs(patient)
        self.outcomes = cache(self._outcomes)

    def _outcomes(self, donor: str | None) -> tuple[Outcome, ...]:
        """Every outcome that patient and donor allow, sorted; one whose DPB1 is not known has no known group."""
        found = {
            outcome for patient in self._patient for pair in self._pairs(donor) for outcome in outcomes(patient, pair)
        }
        return tuple(sorted(found))

    def _pairs(self, glstring: str | None) -> list[tuple[Copy, Copy]]:
        return [self._pair(genotype) for genotype in (glstring or "").split("|")]

    def _pair(self, genotype: str) -> tuple[Copy, Copy]:
        first, _, second = genotype.partition("+")
        return self._copy(first), self._copy(second)

    def _copy(self, text: str) -> Copy:
        """The groups of a copy; one that is not stated, or is not a list of alleles, has none that is known."""
        try:
            return frozenset().union(*map(self._groups.tce_groups, text.split("/")))
        except ValueError:
            return NO_GROUP
