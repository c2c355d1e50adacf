"""GL Strings have one spelling, and nothing that stands in them is lost."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.errors import ParseError
from pipeline.normalise.glstring import (
    LENGTH_LIMIT,
    AmbiguousAbbreviation,
    GLStringError,
    alternatives,
    read,
    replace_names,
)

SPELLINGS = [
    ("A*01:01", "HLA-A*01:01"),
    ("HLA-A*02:01 + HLA-A*01:01", "HLA-A*01:01+HLA-A*02:01"),
    ("A*01:01+26:01", "HLA-A*01:01+HLA-A*26:01"),
    ("B*38:01:01/38:27", "HLA-B*38:01:01/HLA-B*38:27"),
    ("A*02/03", "HLA-A*02/HLA-A*03"),
    ("A*02:01/A*03/04", "HLA-A*02:01/HLA-A*03/HLA-A*04"),
    ("A*02:01+03/04", "HLA-A*02:01+HLA-A*03/HLA-A*04"),
    ("DRB4*01:03/NNNN", "HLA-DRB4*01:03/HLA-DRB4*NNNN"),
    ("A*01:01:01:01+26:01:01^B*38:01:01/38:27", "HLA-A*01:01:01:01+HLA-A*26:01:01^HLA-B*38:01:01/HLA-B*38:27"),
    ("A*10:01/A*2:01/A*02:101/A*02:11", "HLA-A*2:01/HLA-A*02:11/HLA-A*02:101/HLA-A*10:01"),
    ("A*01:01/A*01:01/A*01:01", "HLA-A*01:01"),
    ("A*01:01+A*01:01", "HLA-A*01:01+HLA-A*01:01"),
    ("A*02:01+A*01:01|A*01:01+A*02:01", "HLA-A*01:01+HLA-A*02:01"),
    ("A*01:01N/A*01:01/A*01:01Q", "HLA-A*01:01/HLA-A*01:01N/HLA-A*01:01Q"),
    ("DQB1*02:01^DRB1*03:01^A*01:01", "HLA-A*01:01^HLA-DRB1*03:01^HLA-DQB1*02:01"),
    ("DRB1*03:01~DQB1*02:01~A*01:01", "HLA-DRB1*03:01~HLA-DQB1*02:01~HLA-A*01:01"),
    ("DRB3*01:01^DRB4*01:01", "HLA-DRB3*01:01^HLA-DRB4*01:01"),
    ("HLA-MICA*008:01:01", "MICA*008:01:01"),
    ("A*02:XX/A*02:AAUW/A*02:01", "HLA-A*02:01/HLA-A*02:AAUW/HLA-A*02:XX"),
    ("DRB4*NNNN+DRB4*01:03", "HLA-DRB4*01:03+HLA-DRB4*NNNN"),
    ("HLA-A*01:01\n +\u200bHLA-A*02:01\ufeff", "HLA-A*01:01+HLA-A*02:01"),
    ("DRB4*01:03?DRB3*01:01", "HLA-DRB3*01:01?HLA-DRB4*01:03"),
]


@pytest.mark.parametrize(("written", "canonical"), SPELLINGS)
def test_one_spelling(written: str, canonical: str) -> None:
    assert str(read(written)) == canonical
    assert str(read(canonical)) == canonical


def test_gl_string_code_names_its_release() -> None:
    found = read("hla#3.58.0#HLA-A*02:01+HLA-A*01:01")
    assert (found.namespace, found.release, str(found)) == ("hla", "3.58.0", "HLA-A*01:01+HLA-A*02:01")


def test_gene_of_the_cell_is_used_where_none_is_written() -> None:
    assert str(read("24:02+01:01", locus="A")) == "HLA-A*01:01+HLA-A*24:02"


REFUSED = [
    ("", "nothing stands here", "character 1"),
    ("A*01:01+", "nothing stands here", "character 9"),
    ("+A*01:01", "nothing stands here", "character 1"),
    ("A*01:01//A*01:02", "nothing stands here", "character 9"),
    ("A*01:01^38:01", "no gene", "character 9"),
    ("24:02", "no gene", "character 1"),
    ("A*01:01+A*", "no gene or no fields", "character 9"),
    ("A*01:01+A*02*03", "not an allele name", "character 9"),
    ("A*01:01,A*02:01", "not an allele name", "character 1"),
    ("A*01:01+HLA-HLA-A*02:01", "no gene", "character 9"),
    ("A*01:01+A*02:" + "A" * 64, "not an allele name", "character 9"),
    ("hla#3.58.0", "incomplete", "character 1"),
    ("hla##A*01:01", "incomplete", "character 1"),
    ("kir#2.9.0#KIR2DL1*001", "another namespace", "character 1"),
    ("HLA#3.58.0#A*01:01", "another namespace", "character 1"),
]


@pytest.mark.parametrize(("written", "message", "where"), REFUSED)
def test_a_broken_string_is_refused_with_its_place(written: str, message: str, where: str) -> None:
    with pytest.raises(ParseError) as caught:
        read(written)
    assert message in caught.value.message
    assert caught.value.where.startswith(where)
    assert not any(name in str(caught.value) for name in ("01:01", "02:01", "38:01")), "str() must be safe to log"


@pytest.mark.parametrize(
    ("written", "character"),
    [("HLA-DPB1*04:01/02+HLA-DPB1*02:01", 16), ("A*02:01/03", 9), ("A*02:01:01 / 02", 12), ("A*02:01/AB", 9),
     ("A*01:01+A*02:01/02:05/09", 23)],
)  # fmt: skip
def test_one_field_after_a_longer_name_is_never_guessed_at(written: str, character: int) -> None:
    with pytest.raises(AmbiguousAbbreviation) as caught:
        read(written)
    assert caught.value.where == f"character {character} of the GL String"


@pytest.mark.parametrize(
    ("written", "found", "position"),
    [("A2 4", "A2 4", 3), ("A*01:01+A*02:0 1", "A*02:0 1", 15), ("A*01:01\nA*02:01/A*03:01", "A*01:01\nA*02:01", 8),
     ("A*24:09\u200b \u200bN", "A*24:09\u200b \u200bN", 8)],
)  # fmt: skip
def test_white_space_within_a_name_is_never_closed_up(written: str, found: str, position: int) -> None:
    with pytest.raises(GLStringError, match="white space stands within a name") as caught:
        read(written)
    assert (caught.value.found, caught.value.position) == (found, position)


def test_white_space_beside_punctuation_says_nothing() -> None:
    assert str(read(" HLA- A * 01: 01 /\n A*01:\t02 ")) == "HLA-A*01:01/HLA-A*01:02"


def test_size_limit_is_explicit() -> None:
    with pytest.raises(ParseError, match="1000001 characters"):
        read("A" * (LENGTH_LIMIT + 1))


def test_a_string_of_several_hundred_thousand_characters_is_read() -> None:
    names = [f"A*{first:02}:{second:02}" for first in range(1, 90) for second in range(1, 99)]
    random.Random(1).shuffle(names)
    found = read("/".join(names * 5))
    assert len(found.names) == len(names)


alleles = st.builds(
    "{}*{:02}:{:02}{}".format,
    st.sampled_from(["A", "B", "DRB1", "HLA-C", "MICA"]),
    st.integers(1, 99),
    st.integers(1, 120),
    st.sampled_from(["", "", "N", "Q", ":01", ":01:02L"]),
)


def joined(members: st.SearchStrategy[str], operator: str) -> st.SearchStrategy[str]:
    return st.lists(members, min_size=1, max_size=3).map(operator.join)


strings = joined(joined(joined(joined(joined(alleles, "/"), "~"), "+"), "|"), "^")


@given(strings)
@settings(max_examples=150, deadline=None)
def test_canonical_spelling_is_a_fixed_point_and_keeps_every_name(text: str) -> None:
    found = read(text)
    assert str(read(str(found))) == str(found)
    written = {
        name.removeprefix("HLA-")
        for name in text.replace("^", "/").replace("|", "/").replace("+", "/").replace("~", "/").split("/")
    }
    assert {name.removeprefix("HLA-") for name in found.names} == written


@given(st.lists(joined(alleles, "/"), min_size=1, max_size=4), st.randoms(use_true_random=False))
@settings(max_examples=100, deadline=None)
def test_order_of_writing_does_not_matter(copies: list[str], dice: random.Random) -> None:
    shuffled = list(copies)
    dice.shuffle(shuffled)
    for operator in "+|^":
        assert str(read(operator.join(shuffled))) == str(read(operator.join(copies)))


@given(st.lists(alleles, min_size=1, max_size=5))
@settings(max_examples=50, deadline=None)
def test_copies_are_all_kept(copies: list[str]) -> None:
    assert len(alternatives(read("+".join(copies)).tree, "+")) == len(copies)


def test_replacing_names_joins_lists() -> None:
    tree = replace_names(read("A*01:01/A*01:02+A*03:01").tree, lambda name: frozenset({"HLA-A*09:09", name}))
    assert alternatives(tree, "+")[0] == ("/", ("HLA-A*01:01", "HLA-A*01:02", "HLA-A*09:09"))
