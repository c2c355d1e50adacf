"""A proposed profile reads the table it was proposed from, and says where it is in doubt. Every table is invented."""

import tomllib
from pathlib import Path

import pytest

from parsers.errors import ParseError
from parsers.format import Document, Profile
from parsers.formats.lab_table import from_profiles
from parsers.lab_table_draft import draft

SAMPLES = Path(__file__).parent / "lab_table"
WHOLE = ["histotrac_columns.csv", "repeated_headers.dat", "two_columns.csv", "underscored.txt"]
"""Samples whose hand-written profile says nothing that the table itself does not say."""


def proposed(raw):
    """The text of the proposal, and what the table holds when it is read with it."""
    document = Document(raw if isinstance(raw, bytes) else raw.encode(), "table.csv")
    text = draft(document)
    settings = tomllib.loads(text)
    return text, from_profiles((Profile("proposed", "lab_table", "0" * 64, settings),)).parse(document)


def typed(parsed):
    return {
        (report.sample, locus.locus): (locus.state, locus.expression)
        for report in parsed.reports
        for locus in report.loci
    }


@pytest.mark.parametrize("name", WHOLE)
def test_a_proposal_reads_the_same_typings_as_the_profile_that_a_person_wrote(name, formats):
    raw = (SAMPLES / name).read_bytes()
    by_hand = typed(formats["lab_table"].parse(Document(raw, name)))
    assert by_hand
    assert typed(proposed(raw)[1]) == by_hand


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("*.[ctdx]*[!n]")), ids=lambda path: path.name)
def test_every_sample_of_a_table_is_read_by_its_proposal_or_refused(path):
    try:
        _, parsed = proposed(path.read_bytes())
    except ParseError as refusal:
        assert refusal.expected
    else:
        assert typed(parsed)


def test_a_second_copy_that_is_blank_everywhere_is_not_left_out():
    text, parsed = proposed("Sample,mA1Cd,mA2Cd,mDRB41cd,mDRB42cd\nS1,01:01,02:01,,NNNN\nS2,03:01,11:01,,\n")
    assert 'columns = ["mDRB41cd", "mDRB42cd"]' in text
    assert typed(parsed)["S1", "DRB4"] == ("absent", "")


def test_a_column_that_only_shares_a_letter_with_a_gene_is_not_read():
    text, parsed = proposed("Sample,A_1,A_2,B_1,B_2,Hepatitis B,S\nS1,01:01,02:01,07:02,08:01,neg,M\n")
    assert typed(parsed)["S1", "B"] == ("two_copies", "B*07:02+B*08:01")
    assert '# not read: "Hepatitis B"' in text
    assert '# not read: "S"' in text


def test_a_time_of_day_is_no_typing():
    text, _ = proposed("Sample,Locus,Start time,Allele 1,Allele 2\nS1,A,10:15,A*01:01,A*02:01\n")
    assert 'alleles = ["Allele 1", "Allele 2"]' in text


def test_what_names_a_person_is_never_proposed():
    text, _ = proposed("Sample,Patient name,Date of birth,A_1,A_2\nS1,Invented Person,1970-01-01,01:01,02:01\n")
    assert "Invented Person" not in text
    assert '# not read: "Patient name"' in text


DOUBTS = {
    "Sample,Donor,A_1,A_2\nS1,D1,01:01,02:01\n": "# unsure: the sample's name could also stand in: Donor",
    "Sample,first,second\nS1,A*01:01,A*02:01\n": "# unsure: first: its heading names no gene, its cells name A",
    "Sample,A_1,A_2,A_3,B_1\nS1,01:01,02:01,03:01,07:02\n": "# unsure: more than two columns seem to hold A: A_1",
    "Sample,A_1,A_2\nS1,01:01,-\nS2,02:01,03:01\n": 'blank = ["-"]  # unsure',
    "Sample,A_1,A_2\nS1,01:01,see letter\nS2,02:01,03:01\n": 'novel or blank: ["see letter"]',
}


@pytest.mark.parametrize(("table", "comment"), DOUBTS.items(), ids=DOUBTS.values())
def test_a_doubt_stands_in_the_proposal(table, comment):
    assert comment in proposed(table)[0]


def test_the_letter_of_a_recipient_is_not_the_gene_hla_r():
    table = "Recipient ID,R_A_1,R_A_2,Donor ID,D_A_1,D_A_2\nR1,01:01,02:01,D1,01:01,03:01\n"
    text, parsed = proposed(table)
    assert typed(parsed) == {("D1", "A"): ("two_copies", "A*01:01+A*03:01")}
    assert "# unsure: R_A_1: its heading names R and A, its cells none of them" in text
    assert '# not read: "R_A_1"' in text


@pytest.mark.parametrize(
    ("table", "gene"),
    [
        ("Sample,HLA-A 1 (G group),HLA-A 2 (G group)\nS1,01:01,02:01\n", "A"),
        ("Sample,R_A_1,R_A_2\nS1,A*01:01,A*02:01\n", "A"),
        ("Sample,HLA-R_1,HLA-R_2\nS1,01:01,02:01\n", "R"),
        ("Sample,G DRB1 1,G DRB1 2\nS1,01:01,03:01\n", "DRB1"),
    ],
)
def test_the_gene_of_a_heading_with_several(table, gene):
    assert {locus for _, locus in typed(proposed(table)[1])} == {gene}


def test_a_column_that_counts_mismatches_is_proposed_as_such():
    _, parsed = proposed("Sample,Locus,Mismatches,Alleles\nS1,A,0,A*01:01;A*02:01\nS1,B,2,B*07:02;B*08:01\n")
    assert {locus: state for (_, locus), (state, _) in typed(parsed).items()} == {"A": "two_copies", "B": "novel"}


@pytest.mark.parametrize("heading", ["DRB345", "DRB3/4/5", "HLA_DRB345"])
def test_a_column_of_several_genes_is_given_to_none_of_them(heading):
    """Its `01:01` may be of DRB3, DRB4 or DRB5."""
    text, parsed = proposed(f"Sample,A_1,A_2,{heading}_1,{heading}_2\nS1,01:01,02:01,01:01,01:03\n")
    assert {locus for _, locus in typed(parsed)} == {"A"}
    assert f"# unsure: {heading}_1: it may hold alleles of several genes" in text


def test_a_column_of_several_genes_whose_cells_name_them_is_read_gene_by_gene():
    text, parsed = proposed("Sample,A_1,A_2,DRB345_1,DRB345_2\nS1,01:01,02:01,DRB3*01:01,DRB4*01:03\n")
    assert 'name = "DRB345"' in text
    assert typed(parsed)["S1", "DRB3"] == ("one_stated", "DRB3*01:01")
    assert typed(parsed)["S1", "DRB4"] == ("one_stated", "DRB4*01:03")
    blank, _ = proposed("Sample,A_1,A_2,DRB345_1,DRB345_2\nS1,01:01,02:01,DRB3*01:01,\n")
    assert 'columns = ["DRB345_1", "DRB345_2"]' in blank


def test_cw_is_hla_c():
    _, parsed = proposed("Sample,A_1,A_2,Cw_1,Cw_2\nS1,01:01,02:01,07:01,07:02\n")
    assert {locus for _, locus in typed(parsed)} == {"A", "C"}


def test_a_table_that_is_not_utf_8_is_proposed_with_its_encoding():
    text, parsed = proposed("Sample,A_1,A_2,Größe\nS1,01:01,02:01,x\n".encode("cp1252"))
    assert 'encoding = "cp1252"' in text
    assert typed(parsed)


@pytest.mark.parametrize(
    ("table", "reason"),
    [
        ("A_1,A_2\n01:01,02:01\n", "looks like a sample's name"),
        ("Sample,Age\nS1,40\n", "looks like a typing"),
        ("", "this table is empty"),
    ],
)
def test_a_table_that_tells_too_little_is_refused(table, reason):
    with pytest.raises(ParseError, match=reason):
        proposed(table)


def test_alleles_under_a_heading_that_is_merged_over_two_columns_are_not_left_out():
    table = b"Sample ID,HLA-A,,HLA-B,\nS1,02:01,03:01,07:02,08:01\n"
    with pytest.raises(ParseError, match="alleles stand in a column without a heading") as told:
        draft(Document(table, "table.csv"))
    assert told.value.where == "line 1, column 3"
