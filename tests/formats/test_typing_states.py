"""The state that an expression states: never more than it says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.typing_states import gene_of, state_of

STATES = {
    "": "failed",
    "HLA-A*01:01+HLA-A*02:01": "two_copies",
    "HLA-A*01:01/HLA-A*01:02+HLA-A*02:01": "two_copies",
    "HLA-A*01:01+HLA-A*01:01": "homozygous_stated",
    "HLA-A*01:01+A*01:01": "homozygous_stated",
    "DRB3*01:01+DRB4*01:01": "two_copies",
    "HLA-A*01:01/HLA-A*01:02+HLA-A*01:01/HLA-A*01:02": "two_copies",
    "HLA-A*01:01": "one_stated",
    "HLA-A*01:01/HLA-A*01:02": "one_stated",
    "HLA-A*01:01|HLA-A*01:02": "one_stated",
    "A*01:01+A*02:01|A*01:02+A*02:02": "two_copies",
    "A*01:01+A*01:01|A*01:02+A*01:02": "two_copies",
    "A*01:01+A*02:01|A*01:02": "candidates",
    "A*01:01?A*02:01+A*03:01": "candidates",
    "A*01:01+A*02:01+A*03:01": "candidates",
    "NNNN": "absent",
    "HLA-DRB4*NNNN": "absent",
    "HLA-DRB3*Absent": "absent",
    "DRB4*NNNN+DRB4*NNNN": "absent",
    "DRB4*01:03+DRB4*NNNN": "one_stated",
    "UUUU": "not_tested",
    "A*XXXX+A*XXXX": "failed",
    "A*UUUU+A*XXXX": "failed",
    "A*01:01+A*XXXX": "one_stated",
    "A*01:01+A*NEW": "novel",
    "A*01:new": "novel",
    "A*02:01new+A*01:01": "novel",
    "A*02:NEW": "novel",
    "A*02:01NEW+A*03:01": "novel",
    "HLA-A*01:01:01:01v1+HLA-A*02:01": "novel",
    "A*01:01:01:01e2": "novel",
    "B*07:02:01i1+B*08:01x10": "novel",
    "A*24:02:01:02L": "one_stated",
    "DRB3*01:01?DRB4*01:03": "candidates",
    "A*01:01~B*08:01+A*02:01~B*07:02": "two_copies",
    "A*01:01~DRBX*NNNN+A*02:01~DRBX*NNNN": "two_copies",
    "A*01:01~DRB3*01:01+A*02:01~DRBX*NNNN": "two_copies",
    "A*01:01~B*08:01+A*02:01~B*XXXX": "two_copies",
    "A*01:01~B*08:01+A*NEW~B*07:02": "novel",
    "DRB3*NNNN~DRB4*NNNN+DRB3*NNNN~DRB4*NNNN": "absent",
    "A*02:NEW/A*02:01+A*01:01": "novel",
    "A*02:01/02:NEW+A*01:01": "novel",
}


@pytest.mark.parametrize(("expression", "state"), STATES.items())
def test_an_expression_states(expression, state):
    assert state_of(expression) == state


@pytest.mark.parametrize(
    ("expression", "gene"),
    [
        ("HLA-A*01:01+HLA-A*02:01", "A"),
        ("DRB1*01:01", "DRB1"),
        ("MICA*008|MICA*002", "MICA"),
        ("HLA-DRB1*15:01~HLA-DRB5*01:01+HLA-DRB1*03:01~HLA-DRB3*01:01", "DRB1~DRB5"),
        ("24:02", ""),
        ("A24", ""),
        ("", ""),
    ],
)
def test_the_gene_is_that_of_the_first_allele(expression, gene):
    assert gene_of(expression) == gene


ALLELE = st.from_regex(r"A\*[0-9]{2}:[0-9]{2}[NLQ]?", fullmatch=True)


@given(ALLELE)
def test_one_allele_is_never_made_two(allele):
    assert state_of(allele) == "one_stated"


@given(ALLELE, ALLELE)
def test_the_order_of_the_copies_does_not_matter(first, second):
    assert state_of(f"{first}+{second}") == state_of(f"{second}+{first}")
    assert (state_of(f"{first}+{second}") == "homozygous_stated") == (first == second)


@given(st.text(max_size=60))
def test_any_text_has_a_state(text):
    assert state_of(text)
    assert isinstance(gene_of(text), str)
