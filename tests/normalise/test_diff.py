"""Two releases are compared by accession number. Both are invented here."""

from collections import Counter
from pathlib import Path

from pipeline.normalise.nomenclature.diff import changed_tokens, changes
from pipeline.normalise.nomenclature.release import Release
from pipeline.normalise.nomenclature.release_files import LocusNames, read_release

OLD = LocusNames(
    alleles={"01:01": "T1", "01:02": "T2", "01:03": "T3", "02:01": "T4"},
    g_groups={"01:01:01G": ("01:01", "01:02")},
    p_groups={"01:01P": ("01:01", "01:02")},
)
NEW = LocusNames(
    alleles={"01:01:01": "T1", "01:02": "T2", "01:03": "T5", "02:01": "T4"},
    g_groups={"01:01:01G": ("01:01:01",)},
    p_groups={"01:01P": ("01:01:01", "01:02")},
)


def release(names: LocusNames) -> Release:
    return Release("0.1.0", "Invented", ("A",), {"A": names}.__getitem__)


def test_every_change_is_told_with_its_accession_number() -> None:
    found = [(each.change, each.accession, each.before, each.after) for each in changes(release(OLD), release(NEW))]
    assert found == [
        ("renamed", "T1", "HLA-A*01:01", "HLA-A*01:01:01"),
        ("regrouped_G", "T2", "HLA-A*01:01:01G", ""),
        ("gone", "T3", "HLA-A*01:03", ""),
        ("new", "T5", "", "HLA-A*01:03"),
    ]


def test_a_token_changed_if_anything_behind_it_did() -> None:
    tokens = ["A*01:01", "A*01:02", "A*01:03", "A*01:01:01G", "A*01:XX", "A*02:01", "A*02:XX", "A*09:99", "A*NNNN"]
    assert changed_tokens(release(OLD), release(NEW), tokens) == {*tokens[:5]}


def test_a_release_does_not_differ_from_itself(mini: Release) -> None:
    assert not list(changes(mini, mini))


def test_how_much_changed_from_3_50_to_3_58(shared: Path) -> None:
    both = [read_release(shared / "ipd-imgt-hla" / each) for each in ("3500", "3580")]
    before, after = (Release(each.version, each.title, each.loci, each.loci.__getitem__) for each in both)
    counts = Counter(each.change for each in changes(before, after))
    assert (counts["renamed"], counts["gone"], counts["new"]) == (188, 1, 5418)
