"""T-cell epitope (TCE) groups of HLA-DPB1, and what two pairs of them mean for patient and donor.

Alleles fall into groups 1, 2 and 3 by how they are recognised by T cells (Zino 2004, Fleischhauer 2012,
doi:10.1016/S1470-2045(12)70004-9). A release carries two or more versions of the assignment: version 1 by sequence
motifs, version 2 by functional distance, from 3.63 a third one that tells core alleles of group 3 from others.
Version 2 is read, for every release carries it and the third one keeps the groups. Assignments are printed as `3`,
`3$` (predicted, not measured), `2a` (group 2, another one in version 1), `0` (null) or not at all.

The pair rule compares the lowest group of each person: equal, and the mismatch is permissive; otherwise it is not, in
the direction of the graft (GvH) if the patient's is the lower, of the host (HvG) if the donor's is. A person with an
allele of no group, be it a null allele, is of no known group, and that is never permissive.
"""

from itertools import product
from typing import Literal

PREFIX = "TCE"
GROUPS = (1, 2, 3)
Outcome = Literal["permissive", "gvh_non_permissive", "hvg_non_permissive", "unknown"]
Copy = frozenset[int | None]
"""The groups that one gene copy may have; None among them if it may be an allele of none."""

NO_GROUP: Copy = frozenset({None})


def group_of(assignment: str) -> int | None:
    """The group of an assignment as printed; None for a null allele and for one without assignment."""
    return next((group for group in GROUPS if assignment.startswith(str(group))), None)


def group_token(assignment: str) -> str:
    """How a group stands in a GL String, after the gene: `TCE3`; empty without a group."""
    group = group_of(assignment)
    return "" if group is None else f"{PREFIX}{group}"


def outcomes(patient: tuple[Copy, Copy], donor: tuple[Copy, Copy]) -> frozenset[Outcome]:
    """Every outcome that the groups of both persons' copies allow."""
    return frozenset(outcome(p, d) for p, d in product(_lowest(patient), _lowest(donor)))


def outcome(patient: int | None, donor: int | None) -> Outcome:
    """What the lowest groups of patient and donor mean."""
    if patient is None or donor is None:
        return "unknown"
    if patient == donor:
        return "permissive"
    return "gvh_non_permissive" if patient < donor else "hvg_non_permissive"


def _lowest(copies: tuple[Copy, Copy]) -> frozenset[int | None]:
    """The groups that a person may be of."""
    return frozenset(None if one is None or other is None else min(one, other) for one, other in product(*copies))
