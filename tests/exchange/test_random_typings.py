"""Whatever is typed is read back from every target as it was written, or named as left out."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from parsers.format import Format
from parsers.records import LocusTyping, TypingReport
from parsers.typing_states import USUAL_WORDS, state_of
from pipeline.exchange.antigens import states_antigens
from pipeline.exchange.atlas import REQUIRED
from pipeline.exchange.record import LeftOut, Record, record_of
from pipeline.exchange.targets import TARGETS
from pipeline.normalise.glstring import read as read_glstring
from pipeline.normalise.normaliser import Normaliser
from pipeline.normalise.serology import antigens_in
from tests.exchange.reading_back import DISPATCH, GRID, read_back, unfolded, with_xx

NAMES = {
    "A": "01 01:01 01:01:01:01 01:XX 02 02:01 03:01 24 24:09N 11:01",
    "B": "07 07:02 07:02:01:01 08 08:01 15 15:01 35:01 44 44:XX",
    "C": "03 03:04 04 04:01 05:01 07 07:02:01:02",
    "DRB1": "01 01:01 03 03:01 04 04:01 11 13:01 15:XX",
    "DRB3": "01 01:01 02 02:02",
    "DQB1": "02 02:01 03 03:01 05:01 06:XX",
    "DPB1": "02:01 04 04:01 04:02:01:01",
}
ANTIGENS = {
    "A": "A1 A2 2 A24(9) 24 A203",
    "B": "B7 8 B44(12) B15",
    "C": "Cw4 7 Cw10",
    "DRB1": "DR4 17 DR15(2)",
    "DRB3": "DR52 52",
    "DQB1": "DQ2 7",
}
DATES = st.sampled_from(["2026-11-01", "20261101", "2026-11", "2026", "01/11/2026", ""])


def copies(locus: str, most: int = 3) -> st.SearchStrategy[str]:
    """One copy of a gene: an allele, or a list of some."""
    names = [f"HLA-{locus}*{name}" for name in NAMES[locus].split()]
    return st.lists(st.sampled_from(names), min_size=1, max_size=most, unique=True).map("/".join)


def genotypes(locus: str) -> st.SearchStrategy[str]:
    """One copy or two, which may be the same, but not in two spellings (`01` and `01:XX`)."""
    drawn = st.lists(copies(locus), min_size=1, max_size=2)
    return drawn.filter(lambda said: len(set(said)) == len(set(map(with_xx, said)))).map("+".join)


def by_dna(locus: str) -> st.SearchStrategy[LocusTyping]:
    """A typing that registries' records hold: one copy or two."""
    return st.builds(
        lambda said, date: LocusTyping(
            locus=locus, state=state_of(said), reported=said, expression=said, stated_release="0.1.0", date=date
        ),
        genotypes(locus),
        DATES,
    )


def by_dna_otherwise(locus: str) -> st.SearchStrategy[LocusTyping]:
    """A typing that some target cannot hold: alternatives, candidates with and without names, words."""
    alternatives = st.lists(genotypes(locus), min_size=2, max_size=2, unique=True).map("|".join)
    called = alternatives.map(lambda said: LocusTyping(locus=locus, state=state_of(said), expression=said))
    listed = genotypes(locus).map(lambda said: LocusTyping(locus=locus, state="candidates", expression=said))
    unread = st.sampled_from(("two_copies", "candidates", "failed", "not_tested", "absent"))
    return st.one_of(called, listed, unread.map(lambda state: LocusTyping(locus=locus, state=state, reported="?")))


def by_serology(locus: str) -> st.SearchStrategy[LocusTyping]:
    antigens = st.lists(st.sampled_from(ANTIGENS[locus].split()), min_size=1, max_size=3).map("+".join)
    return antigens.map(
        lambda said: LocusTyping(locus=locus, state=state_of(said), reported=said, method="SER", date="2026-11-01")
    )


def reports(*statements: st.SearchStrategy[LocusTyping]) -> st.SearchStrategy[TypingReport]:
    """Reports that make some of these statements, each at most once."""
    chosen = st.lists(st.sampled_from(statements), min_size=1, max_size=8, unique_by=id)
    drawn = chosen.flatmap(lambda each: st.tuples(*each))
    return st.builds(lambda loci: TypingReport(format="hml", sample=GRID, loci=loci), drawn)


PLAIN = [by_dna(locus) for locus in NAMES]
ANY = [*(by_dna(locus) | by_dna_otherwise(locus) for locus in NAMES), *map(by_serology, ANTIGENS)]


def meant(loci: tuple[LocusTyping, ...], normaliser: Normaliser) -> list[tuple[object, ...]]:
    """What is said of each locus: its state, and its GL String or its antigens."""
    return [
        (
            each.locus,
            each.state,
            in_full(normaliser.typings.locus(each).glstring),
            antigens_in(each.reported, each.locus) if states_antigens(each) else (),
        )
        for each in loci
    ]


def in_full(glstring: str | None) -> str:
    """The canonical GL String, a first field alone as the XX code that means the same."""
    return str(read_glstring(with_xx(glstring))) if glstring else ""


def written_and_read(
    name: str, record: Record, formats: dict[str, Format], normaliser: Normaliser
) -> tuple[list[tuple[object, ...]], list[LeftOut]]:
    """What is read again of a record, each statement one of the record's, and what has been named as left out."""
    made = TARGETS[name].write([record], DISPATCH)
    told = read_back(name, made.text, formats) if made.samples else []
    back = meant(tuple(locus for each in told for locus in unfolded(each)), normaliser)
    before = meant(record.report.loci, normaliser)
    assert [each for each in back if each not in before] == []
    empty = [state for _, state, glstring, antigens in back if not glstring and not antigens]
    assert set(empty) <= USUAL_WORDS.keys(), "what is called came back, and what was called did not"
    return back, made.left_out


@pytest.mark.parametrize("name", TARGETS)
@given(report=reports(*ANY))
@settings(max_examples=200, deadline=None)
def test_a_typing_comes_back_or_is_named(
    name: str, report: TypingReport, formats: dict[str, Format], house_normaliser: Normaliser
) -> None:
    record = record_of(report, house_normaliser.typings.normalise(report))
    back, left_out = written_and_read(name, record, formats, house_normaliser)
    named = [each for each in left_out if each.locus and not each.part]
    nobody = [each for each in left_out if not each.locus and not each.part]
    assert len(back) == len(report.loci) - len(named) or (nobody and not back)


@pytest.mark.parametrize("name", TARGETS)
@given(report=reports(*PLAIN))
@settings(max_examples=100, deadline=None)
def test_of_alleles_and_lists_nothing_is_lost(
    name: str, report: TypingReport, formats: dict[str, Format], house_normaliser: Normaliser
) -> None:
    needed = tuple(
        LocusTyping(locus=each, state="one_stated", expression=f"{each}*{NAMES[each][:2]}") for each in REQUIRED
    )
    loci = tuple(replace(each, date="") for each in report.loci)
    stated = {each.locus for each in loci}
    whole = replace(report, loci=(*loci, *(each for each in needed if each.locus not in stated)))
    back, left_out = written_and_read(
        name, record_of(whole, house_normaliser.typings.normalise(whole)), formats, house_normaliser
    )
    unplaced = {"DRB3"} & stated if name == "atlas" else set()
    assert {each.locus for each in left_out} == unplaced
    assert len(back) == len(whole.loci) - len(unplaced)
