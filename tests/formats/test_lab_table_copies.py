"""Columns and rows that hold the copies of a locus: a third column, a row a locus, a row a copy."""

import pytest

from parsers.format import Document
from parsers.formats.lab_table import labels
from tests.formats.invented_tables import only_locus, profile, read

PATTERNS = {
    "A_1,A_2,A_3": {"loci": {"names": ["A"], "first": "{locus}_1", "second": "{locus}_2"}},
    "A,A,A": {"loci": {"names": ["A"], "first": "{locus}", "second": "{locus} (2)"}},
    "A/1,A/2,A/2": {"loci": {"names": ["A"], "first": "{locus}/1", "second": "{locus}/2"}},
    "d_a_typ1,d_a_typ2,d_a_typ4": {"locus": [{"name": "A", "columns": ["d_a_typ1", "d_a_typ2"]}]},
}


@pytest.mark.parametrize(("columns", "settings"), PATTERNS.items(), ids=PATTERNS)
def test_a_column_of_a_third_copy_is_read_though_no_profile_names_it(columns, settings):
    settings = {"signature": ["id"], "locus": [], **settings}
    first, second = read(f"id,{columns}\nS-1,01:01,02:01,03:01\nS-2,01:01,02:01,\n", **settings).reports
    assert (first.loci[0].state, first.loci[0].expression) == ("candidates", "A*01:01+A*02:01+A*03:01")
    assert second.loci[0].state == "two_copies"
    assert labels(Document(f"id,{columns}\nS-1,,,\n".encode()), profile(**settings))[1] == ()


def test_a_third_copy_of_a_table_with_a_row_per_locus_is_read_too():
    long = {"locus": "locus", "alleles": ["Allele 1", "Allele 2"]}
    settings = {"signature": ["id", "locus"], "locus": [], "long": long}
    text = "id,locus,Allele 1,Allele 2,Allele 3\nS-1,A,01:01,02:01,03:01\n"
    assert only_locus(text, **settings).state == "candidates"


@pytest.mark.parametrize("heading", ["A3 remark", "A_3", "A13", "B3", "A0"])
def test_a_column_that_is_named_otherwise_is_no_third_copy(heading):
    assert only_locus(f"id,A1,A2,{heading}\nS-1,01:01,02:01,03:01\n").state == "two_copies"


def test_a_column_that_the_profile_gives_to_something_else_is_no_third_copy():
    columns = {"sample": "id", "properties": ["A3"]}
    assert only_locus("id,A1,A2,A3\nS-1,01:01,02:01,low\n", columns=columns).state == "two_copies"


def test_a_gene_with_a_number_is_no_third_copy_of_others():
    genes = [{"name": "DRB345", "columns": ["DRB3", "DRB4"]}]
    report = read("id,A1,DRB3,DRB4,DRB5\nS-1,,DRB3*01:01,,DRB5*01:01\n", locus=genes).reports[0]
    assert [each.locus for each in report.loci] == ["DRB3"]


@pytest.mark.parametrize(
    ("cells", "stated"),
    [
        ("NNNN,NNNN", [("DRB345", "absent", "")]),
        ("NNNN,", [("DRB345", "absent", "")]),
        ("DRB3*01:01,NNNN", [("DRB3", "one_stated", "DRB3*01:01+DRB3*NNNN")]),
        ("UUUU,DRB4*01:03", [("DRB4", "one_stated", "DRB4*01:03+DRB4*UUUU")]),
    ],
)
def test_a_word_in_a_column_of_the_three_genes_is_of_the_gene_beside_it_or_of_all(cells, stated):
    genes = [{"name": "DRB345", "columns": ["A1", "A2"]}]
    report = read(f"id,A1,A2\nS-1,{cells}\n", locus=genes).reports[0]
    assert [(each.locus, each.state, each.expression) for each in report.loci] == stated


def test_several_genes_may_stand_in_one_row_of_a_long_table():
    settings = {
        "signature": ["id", "locus"],
        "long": {"locus": "locus", "alleles": ["call"]},
        "locus": [],
        "copies": ";",
    }
    report = read("id,locus,call\nS-1,HLA-DRB3/4/5,DRB3*01:01;DRB4*01:03\n", **settings).reports[0]
    assert [(each.locus, each.state) for each in report.loci] == [("DRB3", "one_stated"), ("DRB4", "one_stated")]


LONG = {"signature": ["id", "locus"], "locus": [], "long": {"locus": "locus", "alleles": ["one", "two"]}}


def test_a_long_table_has_a_row_per_locus():
    first, second = read("id,locus,one,two\nS-1,HLA-A,01:01,02:01\nS-2,A,01:01,\nS-1,B,07:02,08:01\n", **LONG).reports
    assert [(each.locus, each.expression) for each in first.loci] == [
        ("A", "A*01:01+A*02:01"),
        ("B", "B*07:02+B*08:01"),
    ]
    assert [each.state for each in second.loci] == ["one_stated"]


ONE_COPY_A_ROW = {
    "signature": ["id", "locus"],
    "columns": {"sample": "id", "method": "how", "quality": ["depth"]},
    "locus": [],
    "long": {"locus": "locus", "alleles": ["allele"]},
    "words": {"blank": ["-"]},
}


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (["A,01:01,NGS", "A,02:01,NGS"], [("A", "two_copies", "A*01:01+A*02:01")]),
        (["A,01:01,NGS", "B,07:02,NGS", "A,02:01,NGS"],
         [("A", "two_copies", "A*01:01+A*02:01"), ("B", "one_stated", "B*07:02")]),
        (["A,01:01,NGS", "A,01:01,NGS"], [("A", "homozygous_stated", "A*01:01+A*01:01")]),
        (["A,01:01,NGS", "A,-,NGS"], [("A", "one_stated", "A*01:01")]),
        (["A,01:01,NGS", "A,02:01,NGS", "A,03:01,NGS"], [("A", "candidates", "A*01:01+A*02:01+A*03:01")]),
        (["A,01:01,NGS", "A,02:01,SSO"], [("A", "one_stated", "A*01:01"), ("A", "one_stated", "A*02:01")]),
        (["A,01:01+02:01,NGS", "A,01:01+03:01,NGS"],
         [("A", "two_copies", "A*01:01+02:01"), ("A", "two_copies", "A*01:01+03:01")]),
        (["DRB345,DRB3*01:01,NGS", "DRB345,DRB4*01:03,NGS"],
         [("DRB3", "one_stated", "DRB3*01:01"), ("DRB4", "one_stated", "DRB4*01:03")]),
    ],
)  # fmt: skip
def test_where_a_row_holds_one_copy_the_rows_of_a_locus_are_its_copies(rows, expected):
    lines = "".join(f"S-1,{row},{depth}\n" for depth, row in enumerate(rows, start=30))
    (report,) = read(f"id,locus,allele,how,depth\n{lines}", **ONE_COPY_A_ROW).reports
    assert [(each.locus, each.state, each.expression) for each in report.loci] == expected
    assert sorted(each.text for each in report.loci[0].quality)[:1] == ["30"]


@pytest.mark.parametrize("settings", [{**ONE_COPY_A_ROW, "copies": ";"}, {**LONG}])
def test_where_a_row_holds_both_copies_two_rows_of_a_locus_are_two_statements(settings):
    text = "id,locus,one,two,allele,how,depth\nS-1,A,01:01,,01:01,,\nS-1,A,02:01,,02:01,,\n"
    (report,) = read(text, **settings).reports
    assert [each.expression for each in report.loci] == ["A*01:01", "A*02:01"]


def test_rows_of_a_sample_that_differ_in_more_than_the_locus_stay_apart():
    settings = {**LONG, "columns": {"sample": "id", "date": "on"}}
    reports = read("id,locus,one,two,on\nS,A,01:01,,May\nS,B,07:02,,June\n", **settings).reports
    assert [each.date for each in reports] == ["May", "June"]
    assert all(each.findings[0].code == "duplicate_sample_id" for each in reports)
