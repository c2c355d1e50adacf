"""What holds of every name of a genuine release: null alleles, lists, order, and the way to another and back."""

import random
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.normalise.lifting import GLStringLifter
from pipeline.normalise.nomenclature.liftover import Lifter
from pipeline.normalise.nomenclature.names import split_name, suffix_of
from pipeline.normalise.nomenclature.release import MODES, Mode, Release
from pipeline.normalise.nomenclature.release_files import read_release
from pipeline.normalise.reduction import reduce_glstring

GENES = ("A", "B", "C", "DRB1", "DRB3", "DRB4", "DRB5", "DQA1", "DQB1", "DPA1", "DPB1")
SAYS_NOTHING: frozenset[Mode] = frozenset({"G", "lgx", "lg", "1F"})
"""Modes in which a null allele may come to a name without N, with a flag that says so."""
GENUINE = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

picks = st.tuples(st.sampled_from(GENES), st.integers(0, 10**6))
"""A gene and the place of a name in it, counted on from the first when the last is reached."""


@cache
def names_of(release: Release, gene: str) -> tuple[str, ...]:
    """The alleles of a gene and the shorter names of them; a first field of four digits is no name of today."""
    names = release.locus(gene)
    return tuple(f"{gene}*{each}" for each in (*names.names.alleles, *names.shorter) if ":" in each or len(each) < 4)


def picked(release: Release, pick: tuple[str, int]) -> str:
    names = names_of(release, pick[0])
    return names[pick[1] % len(names)]


def nulls(release: Release) -> list[str]:
    return [
        f"{gene}*{allele}"
        for gene in sorted(release.loci)
        for allele in release.locus(gene).names.alleles
        if suffix_of(allele) == "N"
    ]


@pytest.mark.parametrize("mode", MODES)
def test_no_null_allele_is_ever_expressed(real: Release, mode: Mode) -> None:
    asked = nulls(real)
    assert len(asked) == 1_779
    for name in asked:
        found = reduce_glstring(name, mode, real)
        kept = all(each.removesuffix("g").endswith("N") for each in found.output.split("/"))
        flagged = "null_in_group" in [flag.code for flag in found.flags]
        assert kept or (mode in SAYS_NOTHING and flagged), name


def test_no_null_allele_matches_a_protein(real: Release) -> None:
    assert all(group.endswith("N") for name in nulls(real) for group in real.match_groups(name))


@GENUINE
@given(st.lists(picks, min_size=1, max_size=4), st.sampled_from(MODES))
def test_a_longer_list_reduces_to_no_less(real: Release, some: list[tuple[str, int]], mode: Mode) -> None:
    names = [picked(real, pick) for pick in some]
    whole = real.reduce("/".join(names), mode)
    assert all(real.reduce(name, mode) <= whole for name in names)


@GENUINE
@given(picks, st.sampled_from(MODES))
def test_the_alleles_that_a_name_stands_for_reduce_to_no_more(real: Release, pick: tuple[str, int], mode: Mode) -> None:
    """Of alleles without suffix: others may keep it where a shorter name says nothing of it."""
    name = picked(real, pick)
    whole = real.reduce(name, mode)
    for allele in real.expand(name):
        if not suffix_of(split_name(allele)[1]):
            assert real.reduce(allele, mode) <= whole | {allele}


@GENUINE
@given(st.lists(picks, min_size=1, max_size=6), st.randoms(use_true_random=False), st.sampled_from(MODES))
def test_order_does_not_matter(real: Release, some: list[tuple[str, int]], dice: random.Random, mode: Mode) -> None:
    loci = {gene: [picked(real, pick) for pick in some if pick[0] == gene] for gene, _ in some}

    def written() -> str:
        shuffled = {gene: dice.sample(names, len(names)) for gene, names in dice.sample(list(loci.items()), len(loci))}
        return "^".join("+".join(dice.sample(["/".join(names), names_of(real, gene)[0]], 2))
                        for gene, names in shuffled.items())  # fmt: skip

    assert reduce_glstring(written(), mode, real).output == reduce_glstring(written(), mode, real).output


@pytest.fixture(scope="module")
def both_ways(shared: Path) -> tuple[GLStringLifter, GLStringLifter]:
    older, newer = (read_release(shared / "ipd-imgt-hla" / number) for number in ("3500", "3580"))
    here, there = (
        Release(each.version, each.title, tuple(each.loci), each.loci.__getitem__) for each in (older, newer)
    )
    return GLStringLifter(Lifter(here, there)), GLStringLifter(Lifter(there, here))


@GENUINE
@given(st.lists(st.tuples(picks, st.integers(0, 10**6)), min_size=1, max_size=3, unique_by=lambda each: each[0][0]))
def test_a_string_goes_there_and_back(
    both_ways: tuple[GLStringLifter, GLStringLifter], some: list[tuple[tuple[str, int], int]]
) -> None:
    """To the same alleles: a short name of null alleles comes back with its N."""
    there, back = both_ways
    here = there.lifter.here
    text = "^".join(f"{picked(here, pick)}+{picked(here, (pick[0], other))}" for pick, other in some)
    lifted = there.lift(text)
    if not lifted.flags:
        returned = back.lift(lifted.output)
        meant = [reduce_glstring(each, "W", here).output for each in (text, returned.output)]
        assert returned.flags or meant[0] == meant[1]
