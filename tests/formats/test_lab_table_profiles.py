"""A laboratory's table is read by a profile alone: no code knows a layout."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.errors import ParseError
from parsers.format import Document, load_profiles
from parsers.formats.lab_table import from_profiles, labels
from tests.formats.invented_tables import TABLE, only_locus, profile, read, refusal_of


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_separator_line_ends_and_encoding_do_not_matter(separator, line_end, encoding):
    text = TABLE.replace(",", separator).replace("\n", line_end)
    assert read(text, encoding) == read(TABLE)


@pytest.mark.parametrize("line", ["sep=;", "SEP=;", '"sep=;"', "sep=;;;"])
def test_a_line_that_tells_a_spreadsheet_the_separator_is_no_part_of_the_table(line):
    text = f"{line}\n{TABLE.replace(',', ';')}"
    reader = from_profiles((profile(),))
    assert reader.looks_like(text.encode())
    assert read(text) == read(TABLE)
    assert refusal_of(text + ";01:01;\n").where == "line 4, column id"


@pytest.mark.parametrize(
    ("cells", "state", "reported", "expression"),
    [
        ("01:01,02:01", "two_copies", "01:01+02:01", "A*01:01+A*02:01"),
        ("*01:01,HLA-A*02:01", "two_copies", "*01:01+HLA-A*02:01", "A*01:01+HLA-A*02:01"),
        ("01:01/01:02,", "one_stated", "01:01/01:02", "A*01:01/01:02"),
        (",01:01", "one_stated", "01:01", "A*01:01"),
        ("01:01,01:01", "homozygous_stated", "01:01+01:01", "A*01:01+A*01:01"),
        ("NNNN,nnnn", "absent", "NNNN+nnnn", ""),
        ("UUUU,", "not_tested", "UUUU", ""),
        ("XXXX,XXXX", "failed", "XXXX+XXXX", ""),
        ("01:01,NEW", "novel", "01:01+NEW", "A*01:01+A*NEW"),
        ("A24(9),A1", "two_copies", "A24(9)+A1", ""),
        ("A24(9),01:01", "two_copies", "A24(9)+01:01", "A24(9)+A*01:01"),
    ],
)
def test_the_cells_of_a_locus(cells, state, reported, expression):
    locus = only_locus(f"id,A1,A2\nS-1,{cells}\n")
    assert (locus.locus, locus.state, locus.reported, locus.expression) == ("A", state, reported, expression)


@pytest.mark.parametrize("cells", ["01:01,-", "N/A,null", "Insufficient Data,"])
def test_a_word_that_the_profile_does_not_explain_states_no_copies(cells):
    report = read(f"id,A1,A2\nS-1,{cells}\n").reports[0]
    assert [(each.state, each.expression) for each in report.loci] == [("candidates", "")]
    assert [(each.code, each.where, each.locus) for each in report.findings] == [
        ("not_an_allele", "line 2, column A1", "A")
    ]


def test_a_locus_without_any_cell_is_not_mentioned():
    assert read("id,A1,A2\nS-1,,\n").reports[0].loci == ()


def test_words_are_those_of_the_profile():
    words = {"absent": ["neg"], "failed": ["fail"], "blank": ["-"]}
    assert only_locus("id,A1,A2\nS-1,Neg,-\n", words=words).state == "absent"
    assert only_locus("id,A1,A2\nS-1,01:01,-\n", words=words).state == "one_stated"
    left = read("id,A1,A2\nS-1,-,-\n", words=words)
    assert left.reports[0].loci == ()
    assert [(each.path, each.count) for each in left.ignored] == [("-", 2)]


@pytest.mark.parametrize(
    ("cells", "state", "expression"),
    [
        ("01:01,Absent", "one_stated", "A*01:01+A*NNNN"),
        ("A*fail it,01:01", "one_stated", "A*XXXX+A*01:01"),
        ("01:01,NT", "one_stated", "A*01:01+A*UUUU"),
        ("unknown allele,02:01", "novel", "A*NEW+A*02:01"),
        ("HLA-A*01:01,HLA-A*nt", "one_stated", "HLA-A*01:01+HLA-A*UUUU"),
        ("01:01+Absent,", "one_stated", "A*01:01+NNNN"),
        ("01:01,XXXX", "candidates", ""),
    ],
)
def test_a_word_of_the_profile_beside_an_allele_is_the_word_that_a_gl_string_knows(cells, state, expression):
    words = {"absent": ["absent"], "failed": ["Fail It"], "not_tested": ["NT"], "novel": ["Unknown allele"]}
    locus = only_locus(f"id,A1,A2\nS-1,{cells}\n", words=words)
    assert (locus.state, locus.expression) == (state, expression)


def test_a_column_wins_over_a_constant_unless_it_is_blank():
    settings = {
        "columns": {"sample": "id", "method": "how", "release": "db"},
        "constants": {"method": "SSO", "release": "3.58.0", "kit_lot": "L1"},
    }
    first, second = read("id,A1,how,db\nS-1,01:01,NGS,\nS-2,01:01,,3.57.0\n", **settings).reports
    assert (first.loci[0].method, first.loci[0].stated_release, first.loci[0].kit_lot) == ("NGS", "3.58.0", "L1")
    assert (second.loci[0].method, second.loci[0].stated_release) == ("SSO", "3.57.0")


def test_a_column_nobody_named_is_counted_by_its_header():
    parsed = read("id,A1,note,\nS-1,01:01,late,x\nS-2,01:01,,\n")
    assert [(each.path, each.count) for each in parsed.ignored] == [("note", 1), ("column 4", 1)]


@pytest.mark.parametrize("profile_says", [{}, {"mismatches": "mm"}])
def test_a_column_without_a_heading_is_none_of_the_columns_that_a_profile_names(profile_says):
    """A spreadsheet's row numbers, or the comma behind its last column."""
    columns = {"sample": "id", **profile_says}
    rows = ",id,A1,A2,\n0,S-1,01:01,02:01,\n1,S-2,01:01,03:01,checked\n2,S-3,01:01,03:01,\n"
    assert [each.loci[0].state for each in read(rows, columns=columns).reports] == ["two_copies"] * 3


@pytest.mark.parametrize(
    ("count", "state"),
    [("", "two_copies"), ("0", "two_copies"), ("0.0", "two_copies"), ("0,00", "two_copies"), ("-", "two_copies"),
     ("1", "novel"), ("0.5", "novel"), ("10", "novel")],
)  # fmt: skip
def test_mismatches_are_none_however_the_zero_is_written(count, state):
    settings = {"columns": {"sample": "id", "mismatches": "mm"}, "words": {"blank": ["-"]}}
    assert only_locus(f"id;A1;A2;mm\nS-1;01:01;02:01;{count}\n", **settings).state == state


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ("DRB3*01:01,DRB4*01:03", [("DRB3", "one_stated"), ("DRB4", "one_stated")]),
        ("DRB3*01:01,DRB3*02:02", [("DRB3", "two_copies")]),
        ("DRB3*01:01,", [("DRB3", "one_stated")]),
        ("01:01,", [("", "one_stated")]),
        (",", []),
    ],
)
def test_a_column_of_drb3_drb4_and_drb5_is_read_by_the_genes_that_its_cells_name(cells, expected):
    locus = [{"name": "DRB345", "columns": ["A1", "A2"]}]
    report = read(f"id,A1,A2\nS-1,{cells}\n", locus=locus).reports[0]
    assert [(each.locus, each.state) for each in report.loci] == expected
    assert [each.code for each in report.findings] == ["no_locus"] * (expected[:1] == [("", "one_stated")])


def test_two_releases_in_the_rows_of_a_sample_are_said():
    settings = {
        "signature": ["id", "locus"],
        "columns": {"sample": "id", "release": "db"},
        "long": {"locus": "locus", "alleles": ["call"]},
        "locus": [],
    }
    report = read("id,locus,call,db\nS-1,A,01:01,3.58.0\nS-1,B,07:02,3.59.0\n", **settings).reports[0]
    assert [each.code for each in report.findings] == ["releases_differ"]


def test_a_named_property_is_kept_with_its_line():
    columns = {"sample": "id", "properties": ["note"]}
    (kept,) = read("id,A1,note\nS-1,01:01,late\n", columns=columns).reports[0].properties
    assert (kept.label, kept.text, kept.where) == ("note", "late", "line 2")


def test_a_glstring_column_is_split_into_its_loci():
    settings = {"signature": ["id", "gl"], "columns": {"sample": "id", "glstring": "gl"}, "locus": []}
    report = read("id,gl\nS-1,A*01:01+A*02:01^B*07:02\n", **settings).reports[0]
    assert [(each.locus, each.expression) for each in report.loci] == [("A", "A*01:01+A*02:01"), ("B", "B*07:02")]


def test_two_rows_of_one_sample_are_noted_on_both():
    reports = read("id,A1,A2\nS,01:01,\nT,01:01,\nS,02:01,\n").reports
    assert [[finding.code for finding in each.findings] for each in reports] == [
        ["duplicate_sample_id"],
        [],
        ["duplicate_sample_id"],
    ]


def test_an_allele_in_the_column_of_another_locus_is_noted():
    (finding,) = read("id,A1,A2\nS-1,B*07:02,01:01\n").reports[0].findings
    assert (finding.code, finding.where) == ("locus_differs", "line 2, column A1")


@pytest.mark.parametrize("cell", ["a*07:02", "(B*07:02)", "=B*07:02"])
def test_a_misspelt_name_is_not_said_to_be_of_another_locus(cell):
    assert read(f"id,A1,A2\nS-1,{cell},01:01\n").reports[0].findings == ()


@pytest.mark.parametrize("cells", ["A1,A2", "A24(9),A9(24)", "A2,", "HLA-A203,A1"])
def test_antigens_are_a_typing_by_serology(cells):
    (report,) = read(f"id,A1,A2\nS-1,{cells}\n", constants={"method": "SSO"}).reports
    assert [(each.method, each.expression) for each in report.loci] == [("SER", "")]
    assert [(each.code, each.where) for each in report.findings] == [("serology", "line 2, column A1")]


@pytest.mark.parametrize("cells", ["B7,B8", "A1,B8", "A1,01:01"])
def test_antigens_of_another_gene_or_beside_alleles_are_not_sorted_out(cells):
    assert read(f"id,A1,A2\nS-1,{cells}\n").reports[0].loci[0].method == ""


@pytest.mark.parametrize(("end", "state"), [("", "candidates"), ("\n", "two_copies"), ("\r", "two_copies")])
def test_the_locus_that_the_end_of_a_text_may_have_cut_is_not_called(end, state):
    """`01:01:01:02N` without its last character is an expressed allele."""
    *others, last = read(TABLE + "S-2,02:01,01:01:01:02" + end).reports
    assert [(each.state, each.reported) for each in last.loci] == [(state, "02:01+01:01:01:02")]
    assert {each.code for each in last.findings} == ({"no_final_line_end"} if end == "" else set())
    assert not any(each.findings for each in others)


def test_a_row_without_a_sample_refuses_the_table_and_names_the_line():
    refusal = refusal_of(TABLE + "\n  ,01:01,02:01\n")
    assert refusal.where == "line 4, column id"


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("#N/A", "an error of a spreadsheet"),
        ("#ref!", "an error of a spreadsheet"),
        ("####", "an error of a spreadsheet"),
        ("1.23457E+17", "the first digits only"),
        ("1,23457E+17", "the first digits only"),
        ("Total: 2", "the foot of the table"),
        ("Total number of samples 12", "the foot of the table"),
        *(
            (foot, "the foot of the table")
            for foot in ("Summe", "Gesamt: 3", "Total général", "Suma", "Totale", "Totaal")
        ),
        ("Seite 1 von 1", "the foot of the page"),
        ("Página 2 de 3", "the foot of the page"),
    ],
)
def test_what_a_spreadsheet_leaves_where_an_id_should_stand_refuses_the_table(cell, said):
    columns = {"sample": "id", "subject": "donor"}
    for row, column in ((f"{cell};01:01;;", "id"), (f"S;01:01;;{cell}", "donor")):
        refusal = refusal_of(f"id;A1;A2;donor\n{row}\n", columns=columns)
        assert said in str(refusal)
        assert refusal.where == f"line 2, column {column}"


@pytest.mark.parametrize("cell", ["#12", "S-1E7", "5E12", "Totalen-7", "NA12878", "Summer-1", "Paget 1", "Anzahl7b"])
def test_what_may_be_an_id_is_one(cell):
    assert read(f"id,A1,A2\n{cell},01:01,\n").reports[0].sample == cell


def test_bytes_that_are_no_text_are_refused_by_their_place():
    raw = TABLE.encode() + "Ü-2,01:01,\n".encode("cp1252")
    assert refusal_of(raw).where == f"byte {len(TABLE)}"
    reader = from_profiles((profile(encoding="cp1252"),))
    assert reader.parse(Document(raw)).reports[1].sample == "Ü-2"


def test_the_more_specific_of_two_profiles_reads_a_table():
    specific = profile("specific", signature=["id", "A1", "A2"])
    reader = from_profiles((profile("general"), specific))
    assert reader.parse(Document(TABLE.encode())).reports[0].profile == "specific"


def test_a_profile_does_not_fit_a_table_with_a_column_of_a_look_alike():
    reader = from_profiles((profile(foreign=["MFI"]),))
    assert reader.looks_like(b"id,A1,A2\n")
    assert not reader.looks_like(b"id,A1,A2,MFI\n")


def test_two_profiles_that_fit_equally_are_a_refusal():
    reader = from_profiles((profile("one"), profile("other")))
    with pytest.raises(ParseError, match="one and other both describe"):
        reader.parse(Document(TABLE.encode()))


@pytest.mark.parametrize(
    "settings",
    [
        {"signature": []},
        {"columns": {}},
        {"columns": {"sample": "id", "smaple": "x"}},
        {"colums": {"sample": "id"}},
        {"encoding": "utf-99"},
        {"separator": "ab"},
        {"constants": {"metod": "NGS"}},
        {"locus": []},
        {"verified": "maybe"},
    ],
)
def test_an_unusable_profile_is_refused_by_its_name(settings):
    with pytest.raises(ParseError, match="profile invented"):
        from_profiles((profile(**settings),))


def test_labels_tells_mapped_columns_from_others():
    assert labels(Document(b"id,A1,A2,note\nS-1,01:01,,x\n"), profile()) == (("id", "A1", "A2"), ("note",))


def test_every_profile_that_ships_is_usable_and_claims_its_own_header(bundled_profiles):
    for each in load_profiles([bundled_profiles]):
        if each.format == "lab_table":
            header = ",".join(each.settings["signature"]) + "\n"
            assert from_profiles((each,)).looks_like(header.encode()), each.name


CELL = st.text(alphabet=st.characters(blacklist_categories=("Cs",), blacklist_characters='",\r\n\0'), max_size=12)


@given(CELL, CELL)
def test_any_cell_is_kept_as_printed_or_means_blank(first, second):
    reports = read(f"id,A1,A2\nS-1,{first},{second}\n").reports
    printed = "+".join(filter(None, (first.strip(), second.strip())))
    assert [each.reported for each in reports[0].loci] == ([printed] if printed else [])


def test_a_second_header_refuses_the_table_at_its_line():
    refusal = refusal_of("id,A1,A2\nS-1,01:01,02:01\n\nid,A2,A1\nS-2,03:01,11:01\n")
    assert (refusal.where, refusal.found) == ("line 4", "id, A2, A1")
    assert "Take the exports apart" in refusal.advice
