"""A typing put together from its copies under another release says what the typing read whole says."""

import random
from pathlib import Path

import pytest

from parsers.records import LocusTyping, State
from pipeline.normalise.copies import Copies
from pipeline.normalise.nomenclature.cache import open_cached
from pipeline.normalise.nomenclature.release import Release
from pipeline.normalise.nomenclature.release_files import LocusNames
from pipeline.normalise.typing import Meaning, TypingNormaliser
from pipeline.renormalisation import Names
from tests.flow.later_release import write_later

TYPINGS = 400


@pytest.fixture(scope="module")
def later(tmp_path_factory: pytest.TempPathFactory) -> Release:
    return open_cached(Path(write_later(tmp_path_factory.mktemp("later"))))


def invented(release: Release, seed: int) -> list[str]:
    """GL Strings of one or two copies, each one name or a list, in one to four fields, over all genes."""
    dice = random.Random(seed)
    genes = {
        gene: [f"{gene}*{fields}" for fields in release.locus(gene).names.alleles] for gene in sorted(release.loci)
    }
    found = []
    for _ in range(TYPINGS):
        names = dice.choice([each for each in genes.values() if each])
        fields = dice.choice((2, 3, 4, 4))
        pool = [":".join(name.split(":")[:fields]) for name in dice.choices(names, k=12)]
        copies = ["/".join(dice.choices(pool, k=dice.choice((1, 1, 2, 5)))) for _ in range(dice.choice((1, 2, 2)))]
        found.append("+".join(copies))
    return found


def agree(before: Release, after: Release, seed: int) -> int:
    """Hold what can be put together against the reading of the whole; how many were held."""
    old, new = TypingNormaliser(before), TypingNormaliser(after, {before.version: before}.get)
    names = Names(before, after)
    put_together, held = Copies(old, new, lambda copy: names.worst(copy) == "anew"), 0
    for text in invented(before, seed):
        state: State = "two_copies" if "+" in text else "one_stated"
        printed = LocusTyping(locus=text.partition("*")[0], state=state, reported=text, expression=text)
        was = old.meaning(printed)
        found = put_together.meaning(was.glstring, before.version) if was.glstring and not was.flags else None
        if found is not None and was.glstring:
            stated = LocusTyping(
                locus=printed.locus,
                state=state,
                reported=text,
                expression=was.glstring,
                stated_release=before.version,
            )
            assert comparable(found) == comparable(new.meaning(stated)), text
            held += 1
    return held


def comparable(meaning: Meaning) -> tuple[str | None, str, frozenset[object]]:
    return meaning.glstring, meaning.resolution, frozenset(meaning.flags)


def test_invented_typings_under_a_later_release(mini: Release, later: Release) -> None:
    assert agree(mini, later, 1) > TYPINGS // 4


def test_typings_of_a_real_release_under_a_later_one(earlier: Release, real: Release) -> None:
    assert agree(earlier, real, 2) > TYPINGS // 4


@pytest.mark.parametrize("text", ["HLA-A*01:01+HLA-A*02:01|HLA-A*01:02+HLA-A*02:05", "HLA-A*01:01~HLA-B*07:02"])
def test_what_is_more_than_copies_is_read_whole(text: str, mini: Release, later: Release) -> None:
    assert Copies(TypingNormaliser(mini), TypingNormaliser(later)).meaning(text, "") is None


def test_a_short_name_that_lost_an_allele_is_read_anew_though_the_protein_is_the_same() -> None:
    short = {"01:01:01": "T1", "01:01:02": "T2"}, {"01:01P": ("01:01:01", "01:01:02")}
    today = {"01:01:01": "T1", "01:09": "T2"}, {"01:01P": ("01:01:01", "01:09")}
    before, after = (
        Release("Invented", "Invented", ("A",), {"A": LocusNames(alleles, {}, groups)}.__getitem__)
        for alleles, groups in (short, today)
    )
    assert Names(before, after).worst("HLA-A*01:01") == "anew"
    assert Names(before, before).worst("HLA-A*01:01") == ""
