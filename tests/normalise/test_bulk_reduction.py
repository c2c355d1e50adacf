"""The fast way gives what the way through the tree gives, flags and all."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.normalise import bulk_reduction
from pipeline.normalise.bulk_reduction import Reducer
from pipeline.normalise.nomenclature.release import MODES, Mode, Release
from pipeline.normalise.reduction import reduce_glstring

TOKENS = [
    "A*01:01:01:01", "HLA-A*01:01:01:02N",
    "A*01:01", "A*01:04", "A*02:09", "A*02", "A*02:XX", "A*24:09N", "A*01:01:01G",
    "A*01:01P", "A*01:01g",
    "A*09:XX", "A2", "HLA-A9", "A*99:99", "A*03:44", "A*02:AB", "A*A2", "24:02", "A*01:01 ",
    "B*07:02", "B*15:01N", "B62", "DRB1*15:01", "DRB3*01:01", "DRB3*NNNN", "DRB4*01:03", "DRB5*01:01", "DRBX*NNNN",
    "DR52",
    "DPB1*04:01", "DPB1*04:02:01:01", "MICA*008:01:01", "Cw7", "C*10:XX", "zork", "", "XYZ*NNNN",
]  # fmt: skip


def joined(members: st.SearchStrategy[str], operator: str, most: int) -> st.SearchStrategy[str]:
    return st.lists(members, min_size=1, max_size=most).map(operator.join)


names = st.sampled_from(TOKENS)
of_one_gene = st.sampled_from(["A", "B", "DRB", "DPB1"]).flatmap(
    lambda gene: st.sampled_from([token for token in TOKENS if token.removeprefix("HLA-").startswith(gene)])
)
copies = joined(names | of_one_gene, "/", 3) | joined(of_one_gene, "~", 2)
strings = joined(joined(joined(copies, "+", 3), "|", 3), "^", 3) | joined(names, "?", 2)


@given(strings, st.sampled_from(MODES))
@settings(max_examples=600, deadline=None)
def test_both_ways_agree(mini: Release, text: str, mode: Mode) -> None:
    assert Reducer(mini, mode).reduce(text) == reduce_glstring(text, mode, mini)


@pytest.mark.parametrize("mode", MODES)
def test_what_was_seen_before_changes_nothing(mini: Release, mode: Mode) -> None:
    dice = random.Random(1)
    reducer = Reducer(mini, mode)
    known = [token for token in TOKENS if reducer.output(token)]
    for _ in range(200):
        text = "+".join("/".join(dice.choices(known, k=2)) for _ in range(2))
        assert reducer.reduce(text) == reduce_glstring(text, mode, mini)
        assert reducer.output(text) == reduce_glstring(text, mode, mini).output


def test_a_memory_that_is_full_is_emptied(mini: Release, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk_reduction, "MEMORY", 200)
    reducer = Reducer(mini, "lgx")
    for _ in range(3):
        for one in ("A*01:01", "A*02:01", "A*03:01"):
            for other in ("A*01:01", "A*02:01", "A*24:02"):
                text = f"{one}+{other}"
                assert reducer.reduce(text) == reduce_glstring(text, "lgx", mini)


@pytest.mark.parametrize("short", [0, 50])
def test_outputs_are_those_of_single_strings(mini: Release, monkeypatch: pytest.MonkeyPatch, short: int) -> None:
    monkeypatch.setattr(bulk_reduction, "SHORT", short)
    copies = ["A*01:01", "A*02:01/A*02:09", "A*02:XX", "A*01:01/A*03:01", "A*99:99", "DRB3*01:01"]
    texts = [f"{one}+{other}" for one in copies for other in copies]
    texts = [*texts, *texts, f"{texts[0]}^B*07:02", "DRB3*01:01+DRB4*01:03", "zork", ""]
    assert list(Reducer(mini, "lgx").outputs(texts)) == [reduce_glstring(text, "lgx", mini).output for text in texts]


def test_genotypes_that_repeat_are_worked_out_once_and_long_ones_given_up(
    mini: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    reducer = Reducer(mini, "W")
    repeated = "|".join(["A*01:01+A*02:XX", "A*02:XX+A*01:01"] * 500)
    worked_out = []
    monkeypatch.setattr(reducer, "_gene", lambda text, way=reducer._gene: worked_out.append(text) or way(text))
    assert reducer.reduce(repeated) == reduce_glstring(repeated, "W", mini)
    assert len(worked_out) == 3  # the whole, and two genotypes
    monkeypatch.setattr(bulk_reduction, "OUTPUT_LIMIT", 100)
    worked_out.clear()
    long = "|".join(f"A*02:XX+{name}" for name in ("A*01:01", "A*01:04", "A*02:01", "A*24:09N"))
    assert reducer.reduce(long) == reduce_glstring(long, "W", mini)
    assert len(worked_out) < 5
