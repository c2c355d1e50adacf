"""Names go from one release to another by accession number, and back again. The second release is invented here."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from pipeline.normalise.lifting import GLStringLifter
from pipeline.normalise.nomenclature.history import read_history
from pipeline.normalise.nomenclature.liftover import Lifted, Lifter
from pipeline.normalise.nomenclature.names import full_name
from pipeline.normalise.nomenclature.release import Reference, Release
from pipeline.normalise.nomenclature.release_files import Deleted, LocusNames, read_release
from pipeline.normalise.reduction_flags import code_notes

OLD = LocusNames(
    alleles={
        "01:01:01": "T1", "01:01:02": "T2", "01:02": "T3", "01:03": "T4", "01:04": "T5", "02:01:01": "T6",
        "02:01:02N": "T7", "02:02": "T8", "03:01": "T9",
    },
    g_groups={"01:01:01G": ("01:01:01", "01:01:02", "01:03")},
)  # fmt: skip
NEW = LocusNames(
    alleles={
        "01:01:01:01": "T1", "01:01:02": "T2", "01:02N": "T3", "01:09": "T4", "02:01:01": "T6", "02:01:02N": "T7",
        "02:07": "T8", "01:01:03": "T10", "01:03": "T11", "03:02": "T12",
    },
    g_groups={"01:01:01G": ("01:01:01:01", "01:01:02"), "01:09:01G": ("01:09",)},
    deleted={"01:04": Deleted("A*01:01:02", "found identical")},
)  # fmt: skip


def release(version: str, names: LocusNames) -> Release:
    return Release(version, f"Invented release {version}", ("A",), {"A": names}.__getitem__)


@pytest.fixture
def forward() -> Lifter:
    return Lifter(release("0.1.0", OLD), release("0.2.0", NEW))


class OneCode:
    """A list of one invented code, of which a member is in no release."""

    def members(self, code: str) -> tuple[str, ...] | None:
        return ("03", "99") if code == "ZZ" else None

    def close(self) -> None:
        """Nothing is open."""


def test_a_member_that_a_code_has_lost_is_told_where_its_text_is_not_kept() -> None:
    here, there = (Release(version, "Invented", ("A",), {"A": names}.__getitem__, Reference(OneCode()))
                   for version, names in (("0.1.0", OLD), ("0.2.0", NEW)))  # fmt: skip
    lifted = Lifter(here, there).lift("HLA-A*01:ZZ")
    assert (lifted.names, [flag.code for flag in lifted.flags]) == (("HLA-A*01:09",), ["mac_member_gone"])
    kept = Lifter(here, here).lift("HLA-A*01:ZZ")
    assert (kept.names, kept.flags) == (("HLA-A*01:ZZ",), ())


@pytest.mark.parametrize(
    ("name", "names", "codes"),
    [
        ("A*01:01:01", "A*01:01:01:01", ""),  # extended
        ("A*01:02", "A*01:02N", ""),  # found to be null
        ("A*01:03", "A*01:09", ""),  # renamed, and the old name has another owner today
        ("A*01:04", "A*01:01:02", "liftover_successor"),  # given up, with a successor
        ("A*03:01", "", "liftover_gone"),  # given up, without
        ("A*01:01", "A*01:01", ""),  # one more allele today, which the old release did not know
        ("A*02:01", "A*02:01", ""),
        ("A*02:01N", "A*02:01N", ""),
        ("A*01:01:01G", "A*01:01:01G/A*01:09:01G", "liftover_divided"),
        ("A*02:XX", "A*02:XX", ""),
        ("A*NNNN", "A*NNNN", ""),
    ],
)
def test_a_name_is_lifted_by_its_accession_numbers(forward: Lifter, name: str, names: str, codes: str) -> None:
    lifted = forward.lift("HLA-" + name)
    assert "/".join(each.removeprefix("HLA-") for each in lifted.names) == names
    assert " ".join(flag.code for flag in lifted.flags) == codes


@pytest.mark.parametrize(
    ("text", "output", "codes"),
    [
        ("A*02:02+A*01:01:01", "HLA-A*01:01:01:01+HLA-A*02:07", []),
        ("A*01:04/A*02:02", "HLA-A*01:01:02/HLA-A*02:07", [("liftover_successor", 1)]),
        ("A*02:02+A*03:01", "", [("liftover_gone", 9)]),
        ("A*02:02+A*09:99", "", [("unknown_allele", 9)]),
        ("A*02:02+", "", [("malformed_name", 9)]),
    ],
)
def test_a_string_is_lifted_or_refused_as_a_whole(
    forward: Lifter, text: str, output: str, codes: list[tuple[str, int]]
) -> None:
    lifted = GLStringLifter(forward).lift(text)
    assert lifted.output == output
    assert [(flag.code, flag.position) for flag in lifted.flags] == codes


@cache
def real_release(folder: Path) -> Release:
    names = read_release(folder)
    return Release(names.version, names.title, tuple(names.loci), names.loci.__getitem__)


@pytest.fixture(params=[("3440", "3500"), ("3500", "3580"), ("3440", "3580")], ids="-".join)
def both_ways(shared: Path, request: pytest.FixtureRequest) -> tuple[Lifter, Lifter]:
    here, there = (real_release(shared / "ipd-imgt-hla" / each) for each in request.param)
    return Lifter(here, there), Lifter(there, here)


def every(release: Release, fields: Callable[[LocusNames], dict[str, object]]) -> list[str]:
    return [full_name(gene, each) for gene in sorted(release.loci) for each in fields(release.locus(gene).names)]


def test_every_allele_goes_there_and_back(both_ways: tuple[Lifter, Lifter]) -> None:
    there, back = both_ways
    for name in every(there.here, lambda names: dict(names.alleles)):
        lifted = there.lift(name)
        assert lifted.names or lifted.flags
        if lifted.names and not lifted.flags:
            assert back.lift(lifted.names[0]) == Lifted((name,))
            assert there.there.accession(lifted.names[0]) == there.here.accession(name)


@pytest.mark.parametrize("letter", ["G", "P"])
def test_no_member_of_a_group_is_lost(both_ways: tuple[Lifter, Lifter], letter: str) -> None:
    there, _ = both_ways
    for name in every(there.here, lambda names: dict(names.g_groups if letter == "G" else names.p_groups)):
        lifted = there.lift(name)
        members = {member for each in lifted.names for member in there.there.expand(each)}
        for member in there.here.expand(name):
            assert set(there.lift(member).names) <= members


def test_how_many_names_changed_from_3_50_to_3_58(shared: Path) -> None:
    lifter = Lifter(*(real_release(shared / "ipd-imgt-hla" / each) for each in ("3500", "3580")))
    lifted = {name: lifter.lift(name) for name in every(lifter.here, lambda names: dict(names.alleles))}
    assert sum(each.names != (name,) for name, each in lifted.items()) == 189
    assert [flag.code for each in lifted.values() for flag in each.flags] == ["liftover_successor"]


def test_a_lost_member_that_is_held_with_a_letter_is_told_with_it() -> None:
    names = LocusNames(alleles={"01:03": "T1", "01:99N": "T2"})
    release = Release("0.3.0", "Invented", ("A",), {"A": names}.__getitem__, Reference(OneCode()))
    (flag,) = code_notes("HLA-A*01:ZZ", release)
    assert flag.message.endswith("left out: 01:99 (it holds A*01:99N)")


def test_what_else_a_name_once_meant_is_no_successor(tmp_path: Path) -> None:
    """A*03:01 was T6 before it was T9; T9 is gone, and T6 is another allele."""
    (tmp_path / "Allelelist.txt").write_text("# version: Invented, version 0.0.1\nAlleleID,Allele\nT6,A*03:01\n")
    there = Release(
        "0.2.0", "Invented", ("A",), {"A": NEW}.__getitem__, Reference(history=lambda: read_history([tmp_path]))
    )
    lifted = Lifter(release("0.1.0", OLD), there).lift("HLA-A*03:01")
    assert (lifted.names, [flag.code for flag in lifted.flags]) == ((), ["liftover_gone"])
