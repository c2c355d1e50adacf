"""T-cell epitope groups of DPB1 and the rule for two pairs of them."""

import pytest

from pipeline.normalise.nomenclature.release import Release
from pipeline.normalise.nomenclature.tce import Outcome, group_of, group_token, outcomes
from pipeline.normalise.reduction import reduce_glstring


@pytest.mark.parametrize(
    ("printed", "group"), [("3", 3), ("3$", 3), ("2a", 2), ("3 (non-core)", 3), ("1", 1), ("0", None), ("", None)]
)
def test_assignments_as_printed(printed: str, group: int | None) -> None:
    assert group_of(printed) == group
    assert group_token(printed) == (f"TCE{group}" if group else "")


def one(*groups: int) -> frozenset[int]:
    return frozenset(groups)


@pytest.mark.parametrize(
    ("patient", "donor", "found"),
    [
        ((one(3), one(3)), (one(3), one(3)), {"permissive"}),
        ((one(1), one(3)), (one(3), one(1)), {"permissive"}),
        ((one(2), one(3)), (one(3), one(3)), {"gvh_non_permissive"}),
        ((one(3), one(3)), (one(1), one(2)), {"hvg_non_permissive"}),
        ((one(2, 3), one(3)), (one(3), one(3)), {"gvh_non_permissive", "permissive"}),
        ((one(), one(3)), (one(3), one(3)), {"unknown"}),
    ],
)
def test_pairs(
    patient: tuple[frozenset[int], frozenset[int]],
    donor: tuple[frozenset[int], frozenset[int]],
    found: set[Outcome],
) -> None:
    assert outcomes(patient, donor) == found


def test_reduction_to_groups(mini: Release) -> None:
    found = reduce_glstring("DPB1*04:01+DPB1*04:02:01:01", "TCE", mini)
    assert found.output == "HLA-DPB1*TCE2+HLA-DPB1*TCE3"
    assert reduce_glstring("A*01:01+A*02:01", "TCE", mini).output == "HLA-A*01:01+HLA-A*02:01"
