"""What holds of every reduction: reducing a canonical string, in any order, and in parts."""

import random
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.normalise import glstring, reduction
from pipeline.normalise.glstring import read
from pipeline.normalise.nomenclature.names import split_name, suffix_of
from pipeline.normalise.nomenclature.release import MODES, Mode, Release
from pipeline.normalise.reduction import reduce_glstring

AGAIN: tuple[Mode, ...] = ("G", "P", "lgx", "lg", "W", "exon", "U2", "1F")
"""The modes whose names may be reduced again; antigens and T-cell epitope groups are no alleles."""


def every_name(release: Release) -> list[str]:
    loci = [release.locus(gene) for gene in sorted(release.loci)]
    return [
        f"{locus.gene}*{name}"
        for locus in loci
        for name in (*locus.names.alleles, *locus.shorter, *locus.names.g_groups, *locus.names.p_groups)
    ]


@pytest.mark.parametrize("mode", MODES)
def test_reduction_of_what_a_name_stands_for_is_held_by_that_of_the_name(mini: Release, mode: Mode) -> None:
    """Of alleles without suffix: others may keep it where a shorter name says nothing of it."""
    for name in every_name(mini):
        whole = mini.reduce(name, mode)
        for allele in mini.expand(name):
            if suffix_of(split_name(allele)[1]) == "" and name[-1] not in "GP":
                assert mini.reduce(allele, mode) <= whole | {allele}, (name, allele)


@pytest.mark.parametrize("mode", AGAIN)
def test_what_was_reduced_stays_as_it_is(mini: Release, mode: Mode) -> None:
    for name in every_name(mini):
        once = mini.reduce(name, mode)
        assert frozenset().union(*(mini.reduce(each, mode) for each in once)) >= once, name


OF_MORE_THAN_IT_WAS: frozenset[Mode] = frozenset({"exon"})
"""A P group holds no null alleles; the three fields of its members stand for those of four fields, too."""
OLD_LOOKING = re.compile(r"HLA-DPB1\*[0-9]{4}")
"""A first field of four digits looks like a name of before 2010, and is refused as one rather than guessed at."""


@pytest.mark.parametrize("mode", AGAIN)
def test_every_genuine_group_reduces_to_names_that_reduce_to_themselves(real: Release, mode: Mode) -> None:
    for group in (name for name in every_name(real) if name[-1] in "GP"):
        once = real.reduce(group, mode)
        again = frozenset().union(
            *(real.reduce(each, mode) for each in once if not (mode == "1F" and OLD_LOOKING.fullmatch(each)))
        )
        if mode == "1F":
            assert again == {each for each in once if not OLD_LOOKING.fullmatch(each)}, group
        else:
            assert again >= once if mode in OF_MORE_THAN_IT_WAS else again == once, group


@pytest.mark.parametrize("mode", ["lgx", "lg"])
def test_the_short_name_of_a_group_of_null_alleles_says_so(real: Release, mode: Mode) -> None:
    for group in (name for name in every_name(real) if name[-1] in "GP" and real.is_null(name)):
        assert all(each.removesuffix("g").endswith("N") for each in real.reduce(group, mode)), group


SHORT = [
    ("A*11:403:01G", "A*11:441"),  # A*11:403N and A*11:441
    ("B*44:23:01G", "B*44:23N"),
    ("C*05:99:01G", "C*05:99N"),
    ("C*04:59P", "C*04:59Q"),
    ("DQA1*01:07P", "DQA1*01:43"),  # DQA1*01:07Q and DQA1*01:43
    ("DRB3*03:22P", "DRB3*02:171"),
]


@pytest.mark.parametrize(("group", "short"), SHORT)
def test_a_group_whose_two_fields_are_no_name_goes_by_a_member(real: Release, group: str, short: str) -> None:
    assert real.reduce(group, "lgx") == {f"HLA-{short}"}
    assert real.reduce(group, "lg") == {f"HLA-{short}g"}


@pytest.mark.parametrize("mode", MODES)
def test_no_null_allele_is_made_expressed_without_a_flag(mini: Release, mode: Mode) -> None:
    for name in filter(mini.is_null, every_name(mini)):
        found = reduce_glstring(name, mode, mini)
        kept = all(each.removesuffix("g").endswith("N") for each in found.output.split("/"))
        assert kept or "null_in_group" in [flag.code for flag in found.flags], name


names = st.sampled_from(["A*01:01", "A*02:XX", "A*24:09N", "A*03:01:01:01", "A*02", "A*11:01"])
copies = st.lists(names, min_size=1, max_size=3)


@given(
    st.lists(st.tuples(copies, copies), min_size=1, max_size=3),
    st.randoms(use_true_random=False),
    st.sampled_from(MODES),
)
@settings(deadline=None)
def test_order_does_not_matter(
    mini: Release, genotypes: list[tuple[list[str], list[str]]], dice: random.Random, mode: Mode
) -> None:
    def written(shuffled: bool) -> str:
        def order(members: list[str]) -> list[str]:
            return dice.sample(members, len(members)) if shuffled else members

        return "|".join(order(["+".join(order(["/".join(order(copy)) for copy in pair])) for pair in genotypes]))

    assert reduce_glstring(written(True), mode, mini).output == reduce_glstring(written(False), mode, mini).output


@given(st.lists(st.tuples(copies, copies), min_size=1, max_size=3), st.sampled_from(MODES))
@settings(deadline=None)
def test_the_output_is_canonical(mini: Release, genotypes: list[tuple[list[str], list[str]]], mode: Mode) -> None:
    text = "|".join("+".join(map("/".join, pair)) for pair in genotypes)
    found = reduce_glstring(text, mode, mini).output
    assert str(read(found)) == found


def test_the_work_grows_as_the_string_does(mini: Release, monkeypatch: pytest.MonkeyPatch) -> None:
    """Twice the string, twice the names that are looked at: counted, not timed."""
    counted = 0
    full_name = glstring.full_name

    def counting(locus: str, fields: str) -> str:
        nonlocal counted
        counted += 1
        return full_name(locus, fields)

    monkeypatch.setattr(glstring, "full_name", counting)
    work = []
    for size in (500, 1000, 2000):
        counted = 0
        reduce_glstring("/".join(["A*01:01", "A*02:XX"] * size), "lgx", mini)
        work.append(counted)
    assert work[1] == 2 * work[0] and work[2] == 4 * work[0]


def test_a_string_that_would_reduce_to_too_much_is_refused(mini: Release, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reduction, "OUTPUT_LIMIT", 100)
    text = "|".join(f"A*01:XX+A*{name}" for name in ("02:01", "03:01", "11:01", "24:02"))
    found = reduce_glstring(text, "W", mini)
    assert (found.output, found.flags[-1].code) == ("", "too_long")


def test_every_flag_says_where_its_token_stands(mini: Release) -> None:
    found = reduce_glstring("hla#0.1.0# A*01:01 + HLA-A*24:09N", "lgx", mini)
    assert [(flag.token, flag.position) for flag in found.flags] == [("HLA-A*24:09N", 22)]
    refused = reduce_glstring("A*01:01/A*99:99+A*03:44^B*07:02", "lgx", mini)
    assert [(flag.code, flag.token, flag.position) for flag in refused.flags] == [
        ("unknown_allele", "HLA-A*99:99", 9),
        ("deleted_allele", "HLA-A*03:44", 17),
    ]
    blank = reduce_glstring(" A*01:01+A*99:99\t", "lgx", mini)
    assert [(flag.token, flag.position) for flag in blank.flags] == [("HLA-A*99:99", 10)]
    assert reduce_glstring(" A*01:01 ", "lgx", mini).output == "HLA-A*01:01"
    broken = reduce_glstring("A*01:01 + ", "lgx", mini)
    assert [(flag.code, flag.position) for flag in broken.flags] == [("malformed_name", 11)]
