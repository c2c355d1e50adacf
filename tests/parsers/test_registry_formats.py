"""Registries' interchange formats: what a file may do that would hand one donor's typing to another, or lose one."""

import re

import pytest

from parsers.errors import ParseError
from parsers.format import Document
from parsers.formats import emdis, glstring_table, uniformat, wmda_inventory
from parsers.formats.atlas_donors import FORMAT as ATLAS


def read(reader, text):
    return reader.parse(Document(text.encode(), "invented.txt"))


def told(parsed):
    return [
        (each.sample, [(locus.locus, locus.state, locus.expression) for locus in each.loci]) for each in parsed.reports
    ]


def codes(report):
    return {(each.code, each.locus) for each in report.findings}


class TestEmdis:
    def test_a_message_of_another_kind_ends_the_one_before_it(self):
        parsed = read(
            emdis.FORMAT,
            'TYP_RES :\nD_ID="AU1", D_DNA_A1="02:01";\nSMP_RES :\nD_ID="AU2", D_DNA_A1="03:01";\n',
        )
        assert told(parsed) == [("AU1", [("A", "one_stated", "A*02:01")])]
        assert [(each.path, each.count) for each in parsed.ignored] == [("SMP_RES", 1)]

    def test_a_field_that_stands_twice_and_not_alike_is_refused(self):
        with pytest.raises(ParseError, match="D_DNA_A2 twice"):
            read(emdis.FORMAT, 'TYP_RES :\nD_ID="AU1", D_DNA_A1="02:01", D_DNA_A2="24:02", D_DNA_A2="24:03";\n')

    def test_two_results_of_one_donor_are_marked(self):
        parsed = read(
            emdis.FORMAT, 'TYP_RES :\nD_ID="AU1", D_DNA_A1="02:01";\nTYP_RES :\nD_ID="AU1", D_DNA_A1="03:01";\n'
        )
        assert all(("duplicate_sample_id", "") in codes(each) for each in parsed.reports)

    def test_names_of_before_2010_are_alleles(self):
        parsed = read(emdis.FORMAT, 'TYP_RES :\nD_ID="AU1", D_DNA_A1="0201", D_DNA_A2="24XX", D_DNA_B1="07";\n')
        assert told(parsed) == [("AU1", [("A", "two_copies", "A*0201+A*24XX"), ("B", "candidates", "")])]


class TestGlStringTable:
    @pytest.mark.parametrize(
        "header", ["population,id,glstring", ",id,glstring", "name,Donor ID,glstring", "glstring,gl,sample-id"]
    )
    def test_the_header_says_which_column_is_the_id(self, header):
        texts = {"glstring": "A*01:01+A*02:01", "gl": "B*07:02+B*08:01"} | dict.fromkeys(
            ["", "population", "name"], "X"
        )
        row = ",".join(texts.get(name, "D1") for name in header.split(","))
        parsed = read(glstring_table.FORMAT, f"{header}\n{row}\n")
        assert {each.sample for each in parsed.reports} == {"D1"}

    @pytest.mark.parametrize("head", ["id,glstring\n", ""])
    def test_a_second_header_is_nobody(self, head):
        text = f"{head}D1,A*01:01+A*02:01\nid,glstring\nD2,A*01:01+A*02:01\n"
        with pytest.raises(ParseError, match="this row is a header"):
            read(glstring_table, text)

    def test_the_foot_of_a_table_is_nobody(self):
        with pytest.raises(ParseError, match="the foot of the table"):
            read(glstring_table, "id,glstring\nD1,A*01:01+A*02:01\nTotal: 1,\n")

    @pytest.mark.parametrize(
        "header", ["name,glstring", "population,recip_gl", "id,donor_id,glstring", "id,id,glstring"]
    )
    def test_a_header_that_leaves_open_which_column_is_the_id_is_refused(self, header):
        text = f"{header}\n{'X,' * header.count(',')}A*01:01+A*02:01\n"
        assert glstring_table.FORMAT.looks_like(text.encode())
        with pytest.raises(ParseError, match=r"the header names (no column|several columns) of ids"):
            read(glstring_table.FORMAT, text)

    def test_a_column_of_a_recipient_has_the_recipients_id(self):
        parsed = read(glstring_table.FORMAT, "did,rid,donor_gl,recip_gl\nD1,R1,A*01:01+A*02:01,A*03:01+A*24:02\n")
        assert [(each.sample, each.project) for each in parsed.reports] == [("D1", "DONOR"), ("R1", "RECIPIENT")]

    def test_a_column_without_a_name_is_no_id(self):
        parsed = read(glstring_table.FORMAT, "id,glstring,,race\nD1,A*01:01+A*02:01,D9,EURO\n")
        assert told(parsed) == [("D1", [("A", "two_copies", "A*01:01+A*02:01")])]

    def test_a_second_column_of_gl_strings_is_read_too(self):
        parsed = read(glstring_table.FORMAT, "id,glstring,glstring\nD1,A*01:01+A*02:01,B*07:02+B*08:01\n")
        assert [each.loci[0].locus for each in parsed.reports] == ["A", "B"]
        assert all(("duplicate_sample_id", "") in codes(each) for each in parsed.reports)

    @pytest.mark.parametrize("gene", ["HLA-A", "HLA-DRB1", "DRB1", "MICA"])
    def test_genes_in_the_first_column_are_no_persons(self, gene):
        """Some tool's table of one person: its `/` may well part the two copies."""
        name = f"{'' if gene == 'MICA' else 'HLA-'}{gene.removeprefix('HLA-')}"
        line = f"{gene}\t{name}*01:01/{name}*02:01\n"
        assert not glstring_table.FORMAT.looks_like(line.encode())
        assert glstring_table.FORMAT.looks_like(f"D1\t{name}*01:01+{name}*02:01\n".encode())

    def test_a_gl_string_code_may_be_of_kir(self):
        parsed = read(glstring_table.FORMAT, "D1\tA*01:01+A*02:01\tkir#2.13.0#KIR2DL1*001+KIR2DL1*002\n")
        _, locus = parsed.reports[0].loci
        assert (locus.locus, locus.stated_release) == ("KIR2DL1", "2.13.0")


class TestKIR:
    """Typings of KIR are no HLA typings."""

    @pytest.mark.parametrize(
        ("reader", "text"),
        [
            (glstring_table, "id,glstring\nS1,KIR2DL1*001+KIR2DL1*002\n"),
            (glstring_table, "id,glstring\nS1,kir#2.13.0#KIR2DL1*001+KIR2DL1*002\n"),
            (glstring_table, "S1\tKIR2DL1*001+KIR2DL1*002\tKIR3DL1*001+KIR3DL1*002\n"),
            (uniformat, "S1\tKIR2DL1*001,KIR2DL1*002\tKIR3DL1*001,KIR3DL1*002\n"),
        ],
    )
    def test_kir_alone_is_refused(self, reader, text):
        with pytest.raises(ParseError, match="KIR, not HLA") as refusal:
            read(reader.FORMAT, text)
        assert "holds no HLA typing" in refusal.value.advice

    @pytest.mark.parametrize(
        ("reader", "text"),
        [
            (glstring_table, "id,glstring\nS1,KIR2DL1*001+KIR2DL1*002\nS2,A*01:01+A*02:01\n"),
            (uniformat, "S1\t\tKIR2DL1*001,KIR2DL1*002\nS2\tA*01:01,A*02:01\t@\n"),
        ],
    )
    def test_a_person_with_kir_alone_is_left_out_and_counted(self, reader, text):
        parsed = read(reader.FORMAT, text)
        assert [each.sample for each in parsed.reports] == ["S2"]
        assert [(each.path, each.count) for each in parsed.ignored] == [("persons with KIR alone", 1)]


class TestUniformat:
    def test_the_first_person_may_not_have_been_typed(self):
        text = "id1\t@\t@\nid2\tA*01\t@\nid3\tA*01,A*02\tB*07,B*08\n"
        assert uniformat.FORMAT.looks_like(text.encode())
        assert told(read(uniformat.FORMAT, text))[0] == ("id1", [("A", "not_tested", ""), ("B", "not_tested", "")])

    @pytest.mark.parametrize(
        "text",
        [
            "P1\tA*01:01|A*02:01\tB*07:02,B*08:01\n",
            "P1\tA*01:01|A*02:01\tB*07:02|B*08:01\nP2\tA*01:01,A*02:01\tB*07:02\n",
        ],
    )
    def test_alternatives_alone_in_the_first_cell_are_no_table_of_gl_strings(self, text):
        assert uniformat.FORMAT.looks_like(text.encode())
        assert not glstring_table.FORMAT.looks_like(text.encode())

    def test_a_line_that_lacks_a_column_is_refused(self):
        with pytest.raises(ParseError, match="2 columns"):
            read(uniformat.FORMAT, "id1\tA*01,A*02\tB*07,B*08\nid2\tA*01,A*02\n")


INVENTORY = "<INVENTORIES><INVENTORY><DONOR><ID>D1</ID><HLA>{}</HLA></DONOR></INVENTORY></INVENTORIES>"


class TestInventory:
    def test_a_locus_that_stands_twice_is_read_twice(self):
        twice = "<A><DNA><FIELD1>02:01</FIELD1></DNA></A><A><DNA><FIELD1>24:02</FIELD1></DNA></A>"
        parsed = read(wmda_inventory.FORMAT, INVENTORY.format(twice))
        assert told(parsed) == [("D1", [("A", "one_stated", "A*02:01"), ("A", "one_stated", "A*24:02")])]

    def test_a_field_that_stands_twice_is_refused(self):
        twice = "<A><DNA><FIELD1>02:01</FIELD1><FIELD1>24:02</FIELD1></DNA></A>"
        with pytest.raises(ParseError, match="FIELD1 twice"):
            read(wmda_inventory.FORMAT, INVENTORY.format(twice))

    @pytest.mark.parametrize("spelt", [str.lower, str.upper, str.title])
    def test_names_are_read_in_any_case(self, spelt):
        text = INVENTORY.format("<A><DNA><FIELD1>02:01</FIELD1><FIELD2>24:02</FIELD2></DNA></A>")
        text = re.sub(r"</?[A-Z0-9]+", lambda name: spelt(name[0]), text)
        assert wmda_inventory.FORMAT.looks_like(text.encode())
        assert told(read(wmda_inventory.FORMAT, text)) == [("D1", [("A", "two_copies", "A*02:01+A*24:02")])]

    def test_a_deleted_donor_is_taken_back_and_nothing_of_the_entry_is_called(self):
        text = INVENTORY.format("<A><DNA><FIELD1>02:01</FIELD1></DNA></A>").replace("<HLA>", "<STAT>DE</STAT><HLA>")
        (report,) = read(wmda_inventory.FORMAT, text).reports
        assert codes(report) == {("donor_withdrawn", "")}
        assert [(each.state, each.expression, each.reported) for each in report.loci] == [("candidates", "", "02:01")]


LISTED = (
    '{"updateMode": "%s", "donors": [{"recordId": "D1", "changeType": "%s", "hla": {"a": {"dna": {"field1": "%s"}}}}]}'
)


class TestAtlas:
    @pytest.mark.parametrize(
        ("mode", "change", "code"), [("diff", "D", "donor_withdrawn"), ("Check", "N", "listed_for_check")]
    )
    def test_an_entry_that_lists_nobody_is_not_called(self, mode, change, code):
        (report,) = read(ATLAS, LISTED % (mode, change, "*02:01")).reports
        assert codes(report) == {(code, "")}
        assert [(each.state, each.expression, each.reported) for each in report.loci] == [("candidates", "", "*02:01")]

    @pytest.mark.parametrize("value", ["A*02:01", "HLA-A*02:01", "*02:01", "02:01"])
    def test_a_value_may_carry_its_gene(self, value):
        (report,) = read(ATLAS, LISTED % ("diff", "N", value)).reports
        assert [(each.state, each.expression.removeprefix("HLA-")) for each in report.loci] == [
            ("one_stated", "A*02:01")
        ]
        assert not report.findings

    def test_an_allele_of_another_gene_is_not_called(self):
        (report,) = read(ATLAS, LISTED % ("diff", "N", "B*07:02")).reports
        assert [(each.state, each.expression, each.reported) for each in report.loci] == [("candidates", "", "B*07:02")]
        assert codes(report) == {("locus_differs", "A")}


def test_a_member_that_stands_twice_is_refused():
    twice = '{"updateMode": "full", "donors": [{"recordId": "1", "recordId": "2", "hla": {}}]}'
    with pytest.raises(ParseError, match="two members of one name"):
        read(ATLAS, twice)


@pytest.mark.parametrize(
    ("said", "state"),
    [("DRB3*01:01+DRB4*01:03", "two_copies"), ("DRB3*01:01+DRBX*NNNN", "one_stated"), ("DRB3*01:01+A*01:01", None)],
)
def test_one_haplotype_may_carry_drb3_and_the_other_drb4_or_none(said, state):
    [(_, [(locus, found, expression)])] = told(read(glstring_table.FORMAT, f"id,glstring\nP-1,{said}\n"))
    assert expression == said
    assert (locus, found) == (("DRB345", state) if state else ("DRB3", "two_copies"))
