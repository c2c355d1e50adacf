"""T-cell epitope groups of DPB1 and the rule for two pairs of them."""

import pytest

from pipeline.normalise.nomenclature.release import Release
from pipeline.normalise.nomenclature.tce import Copy, Outcome, group_of, group_token, outcomes
from pipeline.normalise.reduction import reduce_glstring


@pytest.mark.parametrize(
    ("printed", "group"), [("3", 3), ("3$", 3), ("2a", 2), ("3 (non-core)", 3), ("1", 1), ("0", None), ("", None)]
)
def test_assignments_as_printed(printed: str, group: int | None) -> None:
    assert group_of(printed) == group
    assert group_token(printed) == (f"TCE{group}" if group else "")


def one(*groups: int | None) -> Copy:
    return frozenset(groups)


@pytest.mark.parametrize(
    ("patient", "donor", "found"),
    [
        ((one(3), one(3)), (one(3), one(3)), {"permissive"}),
        ((one(1), one(3)), (one(3), one(1)), {"permissive"}),
        ((one(2), one(3)), (one(3), one(3)), {"gvh_non_permissive"}),
        ((one(3), one(3)), (one(1), one(2)), {"hvg_non_permissive"}),
        ((one(2, 3), one(3)), (one(3), one(3)), {"gvh_non_permissive", "permissive"}),
        ((one(None), one(3)), (one(3), one(3)), {"unknown"}),
        ((one(3), one(3)), (one(2, None), one(3)), {"hvg_non_permissive", "unknown"}),
    ],
)
def test_pairs(
    patient: tuple[Copy, Copy],
    donor: tuple[Copy, Copy],
    found: set[Outcome],
) -> None:
    assert outcomes(patient, donor) == found


def test_reduction_to_groups(mini: Release) -> None:
    found = reduce_glstring("DPB1*04:01+DPB1*04:02:01:01", "TCE", mini)
    assert found.output == "HLA-DPB1*TCE2+HLA-DPB1*TCE3"
    assert reduce_glstring("A*01:01+A*02:01", "TCE", mini).output == "HLA-A*01:01+HLA-A*02:01"


@pytest.mark.parametrize(
    ("name", "groups"),
    [
        ("DPB1*04:01", {3}),
        ("DPB1*04:02:01:01", {2}),
        ("DPB1*04:XX", {2, 3}),
        ("DPB1*99:99", {None}),
        ("A*01:01", {None}),
    ],
)
def test_the_groups_that_a_name_allows(mini: Release, name: str, groups: set[int | None]) -> None:
    assert mini.tce_groups(name) == groups
