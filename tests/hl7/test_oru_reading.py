"""ORU^R01 as records: states of loci, mended GL Strings, odd senders, and what is left out by name."""

import msgspec
import pytest

from parsers.errors import ParseError
from parsers.format import Document
from parsers.formats.hl7_oru import FORMAT, looks_like
from tests.hl7.oru_messages import HEADER, codes, loci, read


@pytest.mark.parametrize(
    ("obx", "locus", "state", "expression"),
    [
        ("ST|57290-9^A^LN|1|A*01:01+A*02:01||||||F", "A", "two_copies", "A*01:01+A*02:01"),
        ("ST|57290-9^A^LN|1|A*01:01+A*01:01||||||F", "A", "homozygous_stated", "A*01:01+A*01:01"),
        ("ST|57290-9^A^LN|1|A*01:01||||||F", "A", "one_stated", "A*01:01"),
        ("ST|57290-9^A^LN|1|01:01/01:02+02:01||||||F", "A", "two_copies", "A*01:01/A*01:02+A*02:01"),
        ("ST|57295-8^DRB4^LN|1|DRB4*NNNN||||||F", "DRB4", "absent", "DRB4*NNNN"),
        ("ST|57290-9^A^LN|1|||||||X", "A", "failed", ""),
        ("ST|57290-9^A^LN|1|||||||N", "A", "not_tested", ""),
        ("ST|57290-9^A^LN|1|||||||F", "A", "failed", ""),
        ("ST|57290-9^A^LN|1|A*NEW+A*02:01||||||F", "A", "novel", "A*NEW+A*02:01"),
        ("CWE|LOCAL^A^L^57290-9^A^LN|1|hla#3.58.0#HLA-A*01:01||||||F", "A", "one_stated", "HLA-A*01:01"),
        ("CWE|57290-9^A^LN|1|X1^HLA-A*01:01+HLA-A*02:01^L||||||F", "A", "two_copies", "HLA-A*01:01+HLA-A*02:01"),
        ("TX|84413-4^Genotype^LN|1|MICA*008+MICA*002||||||F", "MICA", "two_copies", "MICA*008+MICA*002"),
        ("TX|96672-1^DRB345^LN|1|DRB3*01:01||||||F", "DRB3", "one_stated", "DRB3*01:01"),
        ("FT|57290-9^A^LN|1|A*01:01+\\.br\\ A*02:01||||||F", "A", "two_copies", "A*01:01+A*02:01"),
    ],
)
def test_the_state_of_a_locus(obx, locus, state, expression):
    assert loci(f"OBX|1|{obx}") == [(locus, state, expression)]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("A*01:01+A*02:01^B*07:02+B*08:01", [("A", "A*01:01+A*02:01"), ("B", "B*07:02+B*08:01")]),
        ("HLA-A*01:01+HLA-A*02:01|HLA-A*01:02+HLA-A*02:03", [("A", "HLA-A*01:01+HLA-A*02:01|HLA-A*01:02+HLA-A*02:03")]),
        ("A*01:01~B*08:01+A*02:01~B*07:02", [("A~B", "A*01:01~B*08:01+A*02:01~B*07:02")]),
        (
            "hla#3.58.0#A*01:01+A*02:01|A*01:02+A*02:03^B*07:02",
            [("A", "A*01:01+A*02:01|A*01:02+A*02:03"), ("B", "B*07:02")],
        ),
    ],
)
@pytest.mark.parametrize("kind", ["ST", "CWE"])
def test_an_unescaped_glstring_is_put_together_with_a_finding(kind, value, expected):
    obx = f"OBX|1|{kind}|84413-4^Genotype^LN|1|{value}||||||F|||20261118|||^NGS"
    report = read("OBR|1||F1", obx).reports[0]
    assert [(each.locus, each.expression) for each in report.loci] == expected
    assert {(each.method, each.date, each.quality[0].text) for each in report.loci} == {("NGS", "20261118", "F")}
    assert [each.code for each in report.findings] == ["unescaped_glstring"]


def test_an_unescaped_glstring_with_the_old_name_of_c_is_put_together():
    obx = "OBX|1|ST|84413-4^Genotype^LN|1|Cw*0702+Cw*0701^A*02:01+A*03:01||||||F"
    assert loci(obx) == [("C", "two_copies", "Cw*0702+Cw*0701"), ("A", "two_copies", "A*02:01+A*03:01")]
    assert codes(obx) == ["unescaped_glstring"]


def test_an_escaped_glstring_needs_no_mending():
    escaped = r"A*01:01+A*02:01\F\A*01:02+A*02:03\S\B*07:02\R\C*07:02+B*08:01\R\C*07:01"
    assert codes(f"OBX|1|TX|84413-4^Genotype^LN|1|{escaped}||||||F") == []


@pytest.mark.parametrize("value", ["A*01:01~A*02:01", "A*01:01^^L~A*02:01^^L"])
def test_repeated_values_are_candidates_because_nobody_says_they_are_the_two_copies(value):
    kind = "CWE" if "^" in value else "ST"
    obx = f"OBX|1|{kind}|57290-9^A^LN|1|{value}||||||F"
    assert [(locus, state) for locus, state, _ in loci(obx)] == [("A", "candidates")]
    assert "repeated_value" in codes(obx)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("hla#3.58.0#HLA-A*01:01+HLA-A*02:01^d^G^hla#3.58.0#HLA-A*01:01+HLA-A*03:01^d^G", ["codings_differ"]),
        ("hla#3.58.0#HLA-A*01:01+HLA-A*02:01^HLA-A*01:11N+HLA-A*02:01", ["codings_differ"]),
        ("hla#3.58.0#HLA-A*01:01+HLA-A*02:01^HLA-A*01:01+HLA-A*02:01^^^^^^^A*01:11N + A*02:01", ["codings_differ"]),
        ("hla#3.58.0#HLA-A*01:01+HLA-A*02:01^^^^HLA-A*01:01+HLA-A*02:03", ["codings_differ"]),
        ("X17^HLA-A*01:01+HLA-A*02:01^L^hla#3.58.0#HLA-A*01:01+HLA-A*24:02^^G", ["codings_differ"]),
        ("hla#3.58.0#HLA-A*01:01+HLA-A*02:01^A*02:01 + A*01:01^G^A*01:01^first copy", []),
        ("hla#3.58.0#HLA-A*01:01+HLA-A*02:01^HLA-A typing by NGS^G^^^^^^A1, A2", []),
    ],
)
def test_codes_and_texts_of_one_value_that_name_other_alleles_are_said(value, expected):
    obx = f"OBX|1|CWE|57290-9^A^LN|1|{value}||||||F"
    assert loci(obx) == [("A", "two_copies", "HLA-A*01:01+HLA-A*02:01")]
    assert codes(obx) == expected
    (found,) = read("OBR|1||F1", obx).reports[0].loci
    assert ("other coding" in [each.label for each in found.references]) == ("*" in value.partition("^")[2])


@pytest.mark.parametrize("kind", ["ST", "CWE"])
def test_the_null_of_hl7_reports_nothing(kind):
    report = read("OBR|1||F1", f'OBX|1|{kind}|57290-9^A^LN|1|""||||||F').reports[0]
    (found,) = report.loci
    assert (found.state, found.reported, found.expression) == ("failed", "", "")
    assert [(each.label, each.text) for each in found.quality] == [("OBX-11", "F"), ("OBX-5", '""')]


@pytest.mark.parametrize(
    ("value", "expression"),
    [
        ("A2, A24", "A2,A24"),
        ("A24", "A24"),
        ("A2+A24", "A2+A24"),
        ("see paper report", "see paper report"),
        ("A*02:01, A*24:02", "A*02:01,A*24:02"),
        ("A*02:01+-", "A*02:01+-"),
        ("A*24(9)", "A*24(9)"),
        ("A*02:01 homozygous", "A*02:01 homozygous"),
    ],
)
def test_text_that_is_no_allele_states_no_copies(value, expression):
    report = read("OBR|1||F1", f"OBX|1|ST|57290-9^A^LN|1|{value}||||||F").reports[0]
    assert [(each.state, each.reported, each.expression) for each in report.loci] == [("candidates", value, expression)]


@pytest.mark.parametrize(
    "allele",
    [
        *("A*01:01:01:01N", "HLA-A*01:01:01G", "A*02:AB", "A*02:XX", "A*0201", "A*24", "A*02AAUW", "MICA*008", "24:02"),
        *("*24:02", "Cw*0702", "A*01:01/02/HLA-A*03:01", "A*01:01|A*01:02"),
    ],
)
def test_every_way_to_write_an_allele_states_one(allele):
    ((_, state, _),) = loci(f"OBX|1|ST|84413-4^Genotype^LN|1|{allele.replace('|', chr(92) + 'F' + chr(92))}||||||F")
    assert state == "one_stated"


def test_single_alleles_in_several_results_are_not_paired():
    pair = ("OBX|1|ST|57290-9^A^LN|1|A*01:01||||||F", "OBX|2|ST|57290-9^A^LN|2|A*02:01||||||F")
    assert [state for _, state, _ in loci(*pair)] == ["candidates", "candidates"]
    assert codes(*pair) == ["locus_repeated"]


def test_a_value_of_another_locus_than_the_code_is_a_finding():
    obx = "OBX|1|ST|57291-7^B^LN|1|A*01:01+A*02:01||||||F"
    assert loci(obx)[0][0] == "A"
    assert codes(obx) == ["locus_differs"]


def test_the_gene_of_a_genotype_stands_in_its_companion():
    genotype = "OBX|1|ST|84413-4^Genotype^LN|7|008:01||||||F"
    gene = "OBX|2|CWE|48018-6^Gene^LN|7|HGNC:7090^HLA-MICA^HGNC||||||F"
    other = "OBX|3|CWE|48018-6^Gene^LN|8|HGNC:4931^HLA-A^HGNC||||||F"
    assert loci(genotype, gene, other) == [("MICA", "one_stated", "MICA*008:01")]


def test_the_gene_beside_a_genotype_and_its_value_may_contradict_each_other():
    genotype = "OBX|1|ST|84413-4^Genotype^LN|7|HLA-A*01:01+HLA-A*02:01||||||F"
    assert codes(genotype, "OBX|2|CWE|48018-6^Gene^LN|7|HGNC:4932^HLA-B^HGNC||||||F") == ["locus_differs"]


def test_a_code_of_three_genes_is_read_gene_by_gene():
    combined = "OBX|1|ST|96672-1^DRB345^LN|1|{}||||||F"
    assert loci(combined.format("DRB3*01:01+DRB4*01:03")) == [
        ("DRB3", "one_stated", "DRB3*01:01"),
        ("DRB4", "one_stated", "DRB4*01:03"),
    ]
    assert loci(combined.format("DRB3*01:01+DRB3*02:02")) == [("DRB3", "two_copies", "DRB3*01:01+DRB3*02:02")]
    assert [state for _, state, _ in loci(combined.format("NNNN"))] == ["absent"] * 3


def test_a_typing_under_a_code_that_cannot_be_loincs_is_read_and_the_code_doubted():
    obx = "OBX|1|ST|57290-1^HLA-A^LN|1|HLA-A*01:01+HLA-A*02:01||||||F"
    assert loci(obx) == [("A", "two_copies", "HLA-A*01:01+HLA-A*02:01")]
    assert codes(obx) == ["code_check_digit"]


@pytest.mark.parametrize("code", ["HLAA^HLA-A^L", "51969-4^HLA^LN", "84414-2^Haplotype^LN"])
def test_alleles_under_a_code_of_no_locus_are_no_typing_and_not_passed_over(code):
    obx = f"OBX|1|ST|{code}|1|HLA-A*01:01+HLA-A*02:01||||||F"
    typing, observation = read("OBR|1||F1|51969-4^HLA^LN", obx).reports
    assert (typing.loci, [each.code for each in typing.findings]) == ((), ["typing_not_read"])
    assert observation.observations[0].value == "HLA-A*01:01+HLA-A*02:01"
    (alone,) = read("OBR|1||F1|58410-2^CBC^LN", obx.replace("51969-4", "718-7")).reports
    assert [each.code for each in alone.findings] == ["typing_not_read"]


@pytest.mark.parametrize(
    ("first", "second"),
    [("A*01:01/A*01:02/", "A*01:03+A*02:01"), ("A*01:01/A*01:02", "/A*01:03+A*02:01")],
)
def test_a_gl_string_that_goes_on_in_another_obx_is_put_together(first, second):
    parts = [f"OBX|{place}|ST|57290-9^A^LN|1|{value}||||||F" for place, value in enumerate((first, second), start=1)]
    assert loci(*parts) == [("A", "two_copies", "A*01:01/A*01:02/A*01:03+A*02:01")]
    assert codes(*parts) == ["continued_glstring"]
    other = parts[1].replace("57290-9^A^LN|1", "57290-9^A^LN|2")
    assert "continued_glstring" not in codes(parts[0], other), "another OBX-4 is another result"


def test_an_addendum_continues_the_gl_string_before_it():
    parts = ["OBX|1|TX|57290-9^A^LN|1|A*01:01/A*01:02/", "ADD|A*01:03+A*02:01||||||F"]
    assert loci(*parts) == [("A", "two_copies", "A*01:01/A*01:02/A*01:03+A*02:01")]
    assert codes(*parts) == ["continued_glstring"]


@pytest.mark.parametrize("value", ["A*01:01/A*01:02/", "A*01:01+A*02:01\\F\\"])
def test_a_gl_string_that_lacks_its_end_states_no_copies(value):
    assert loci(f"OBX|1|ST|57290-9^A^LN|1|{value}||||||F")[0][1] == "candidates"


def test_a_message_that_breaks_off_in_its_value_may_have_lost_some_of_it():
    whole = f"{HEADER}\rOBR|1||F1\rOBX|1|ST|57290-9^A^LN|1|HLA-A*01:01+HLA-A*02:01||||||F"
    found = [FORMAT.parse(Document(whole[:end].encode())).reports[0].findings for end in (None, -10)]
    assert [[each.code for each in findings] for findings in found] == [[], ["no_final_line_end"]]


@pytest.mark.parametrize("end", ["HLA-A*01:01+HLA-A*02:10", "HLA-A*01:01+HLA-A*02:101", "HLA-A*01:01||||||"])
def test_what_stands_on_a_last_segment_that_was_cut_is_not_called(end):
    first = "OBX|1|ST|57291-7^B^LN||HLA-B*07:02||||||F"
    text = f"{HEADER}\rOBR|1||F1\r{first}\rOBX|2|ST|57290-9^A^LN||{end}"
    report = FORMAT.parse(Document(text.encode())).reports[0]
    assert [(each.locus, each.state, bool(each.expression)) for each in report.loci] == [
        ("B", "one_stated", True),
        ("A", "candidates", False),
    ]
    assert [(each.code, each.locus) for each in report.findings] == [("no_final_line_end", "A")]
    whole = FORMAT.parse(Document(f"{text}\r".encode())).reports[0]
    assert [each.state for each in whole.loci] != ["one_stated", "candidates"]


def test_a_companion_that_was_cut_doubts_the_locus_that_it_is_about():
    obx = "OBX|1|ST|84413-4^G^LN|1|HLA-A*01:01||||||F"
    text = f"{HEADER}\rOBR|1||F1\r{obx}\rOBX|2|ST|48018-6^Gene^LN|1|HLA-"
    report = FORMAT.parse(Document(text.encode())).reports[0]
    assert [each.state for each in report.loci] == ["candidates"]


def test_a_batch_that_has_its_trailer_is_not_cut():
    text = f"FHS|^~\\&\r{HEADER}\rOBR|1||F1\rOBX|1|ST|57290-9^A^LN||HLA-A*01:01\rFTS|1"
    assert FORMAT.parse(Document(text.encode())).reports[0].findings == ()


def test_a_release_stands_in_the_glstring_code():
    report = read("OBR|1||F1", "OBX|1|ST|57290-9^A^LN|1|hla#3.58.0#HLA-A*01:01||||||F").reports[0]
    assert report.loci[0].stated_release == "3.58.0"


def test_two_releases_in_one_report_are_said():
    obx = "OBX|1|ST|{}^X^LN|1|hla#{}#{}||||||F"
    first = obx.format("57290-9", "3.58.0", "HLA-A*01:01")
    assert codes(first, obx.format("57291-7", "3.59.0", "HLA-B*07:02")) == ["releases_differ"]
    assert codes(first, obx.format("57291-7", "3.58.0", "HLA-B*07:02")) == []


def test_names_and_birth_dates_are_in_no_record_and_declared_by_path():
    person = "PID|1||4711^^^LAB^PI~9999TEST00000000118^^^REG^DR||Surname^Given||19900101|F|||Some Road 1||5551234"
    parsed = read(person, "OBR|1||F1|||||||||||||DOCTOR", "OBX|1|NM|718-7^Hb^LN||14|g/dL|||||F|||||OPERATOR")
    text = msgspec.json.encode(parsed.reports).decode()
    for secret in ("Surname", "Given", "19900101", "Some Road", "5551234", "DOCTOR", "OPERATOR"):
        assert secret not in text
    assert parsed.reports[0].subject == "9999TEST00000000118"
    paths = {each.path for each in parsed.ignored}
    assert {"PID-5", "PID-7", "PID-8", "PID-11", "PID-13", "OBR-16", "OBX-16"} <= paths


@pytest.mark.parametrize(
    ("numbers", "subject", "found"),
    [
        ("A1^^^LAB^PI~D1^^^REG^DR~D2^^^REG^DR", "", ["identifiers_differ"]),
        ("D1^^^REG^DR~D1^^^REG^DR", "D1", []),
        ("D1^^^REG^DR~D2^^^OTHER^DR", "D1", []),
        ("A1^^^LAB^PI~A2^^^LAB^PI", "A1", []),
        ("9999TEST00000000118^^^R^DR~9999-TEST-0000-0000-118^^^R^DR", "9999TEST00000000118", []),
    ],
)
def test_none_of_two_numbers_of_a_donor_in_one_registry_is_taken(numbers, subject, found):
    for obx in ("OBX|1|ST|57290-9^A^LN|1|A*01:01", "OBX|1|ST|a||1"):
        report = read(f"PID|1||{numbers}", "OBR|1||F1", obx).reports[0]
        assert (report.subject, [each.code for each in report.findings]) == (subject, found)
        assert [each.text for each in report.properties if each.label == "PID-3"] == (["D1", "D2"] if found else [])


@pytest.mark.parametrize(
    ("segments", "sample"),
    [
        (("OBR|1|P1|F1", "OBX|1|ST|a||1", "SPM|1|S1&LAB^S2"), "S1"),
        (("OBR|1|P1|F1", "SPM|1|^S2", "OBX|1|ST|a||1"), "S2"),
        (("OBR|1|P1|F1", "OBX|1|ST|a||1", r"SPM|1|17\T\A&LOCAL"), "17&A"),
        (("OBR|1|P1|F1", "OBX|1|ST|a||1", r"SPM|1|17\T\B"), "17&B"),
        (("OBR|1|P1|F1", "OBX|1|ST|a||1", "SPM|1|&LAB^S2"), "S2"),
        (("OBR|1|P1|F1", "OBX|1|ST|a||1"), "F1"),
        (("OBR|1|P1", "OBX|1|ST|a||1"), "P1"),
        (("OBX|1|ST|a||1",), ""),
    ],
)
def test_the_sample_is_the_specimen_or_the_number_of_the_order(segments, sample):
    assert read(*segments).reports[0].sample == sample


def test_a_sender_without_subcomponents_splits_no_number():
    header = r"MSH|^~\|LIS|LAB|||20261120||ORU^R01|1|P|2.5.1"
    assert read("OBR|1||F1", "OBX|1|ST|a||1", "SPM|1|S 1&2", header=header).reports[0].sample == "S 1&2"


def specimens(text):
    """The sample of each report of segments that are named by what they hold, and whether it is in doubt."""
    segments = {"P": "PID|1||{}", "O": "OBR|1||{}", "X": "OBX|1|ST|a||{}", "S": "SPM|1|{}", "C": "ORC|RE|{}"}
    reports = read(*[segments[each[0]].format(each) for each in text.split()]).reports
    return [(each.sample, [finding.code for finding in each.findings]) for each in reports]


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("P1 S1 O1 X1 S2 O2 X2", [("S1", []), ("S2", [])]),
        ("P1 S1 C1 O1 X1 S2 C2 O2 X2 X3", [("S1", []), ("S2", [])]),
        ("S1 O1 X1 S2 O2 X2", [("S1", []), ("S2", [])]),
        ("S1 X1 S2 O2 X2", [("S1", []), ("S2", [])]),
        ("P1 S1 O1 X1 O2 X2", [("S1", []), ("O2", [])]),
        ("P1 S1 O1 S2 O2 X2", [("S2", [])]),
        ("P1 S1 O1 X1 S2 S3 O2 X2", [("S1", []), ("S2", ["several_specimens"])]),
        ("P1 S1 S2 O1 X1", [("S1", ["several_specimens"])]),
        ("P1 S1 O1 X1 S2", [("S1", ["several_specimens"])]),
        ("P1 O1 X1 S1 O2 X2 S2", [("S1", []), ("S2", [])]),
        ("P1 O1 S1 X1 O2 S2 X2", [("S1", []), ("S2", [])]),
        ("P1 O1 X1 S1 S2 O2 X2", [("S1", ["several_specimens"]), ("O2", [])]),
        ("P1 S1 O1 X1 P2 O2 X2 S2 O3 X3", [("S1", []), ("S2", []), ("O3", [])]),
    ],
)
def test_a_specimen_belongs_to_the_order_before_it_or_behind_it_as_its_sender_writes(message, expected):
    assert specimens(message) == expected


def test_each_order_is_a_report_of_its_own_patient():
    parsed = read(
        *("PID|1||A", "OBR|1||F1", "OBX|1|ST|a||1", "OBR|2||F2", "OBX|1|ST|a||2"),
        *("PID|2||B", "OBR|1||F3", "OBX|1|ST|a||3"),
    )
    found = [(each.subject, each.report_id, each.observations[0].value) for each in parsed.reports]
    assert found == [("A", "F1", "1"), ("A", "F2", "2"), ("B", "F3", "3")]


@pytest.mark.parametrize(
    ("obx", "expected"),
    [
        ("NM|718-7^Hb^LN||14.2|g/dL^^UCUM", ("Hb", "718-7", "LN", "14.2", "g/dL")),
        ("NM|^^^WBC^LEUCOCYTES||7.5|10*3/uL", ("WBC", "", "", "7.5", "10*3/uL")),
        ("NM|84132^K^L^2823-3^Potassium^LN||5.2|", ("K", "2823-3", "LN", "5.2", "")),
        ("NM|57290-1^wrong digit^LN||1|", ("wrong digit", "57290-1", "LN", "1", "")),
        ("SN|74838-4^CD34^LN||<^0.1|/uL", ("CD34", "74838-4", "LN", "<0.1", "/uL")),
        ("NM|X^X^L||<0.1|", ("X", "X", "L", "<0.1", "")),
        ("|X^X^L||-----|", ("X", "X", "L", "-----", "")),
        (r"TX|X^X^L||a\T\b\.br\c|", ("X", "X", "L", "a&b\nc", "")),
    ],
)
def test_an_observation_as_printed(obx, expected):
    found = read("OBR|1||F1", f"OBX|1|{obx}|||||F").reports[0].observations[0]
    assert (found.label, found.code, found.system, found.value, found.unit) == expected


def test_a_note_is_about_what_stands_before_it():
    report = read(
        *("PID|1||A", "NTE|1|L|of the donor", "OBR|1||F1", "NTE|1|L|haemolysed", "NTE|2|L|clotted|RE^Remark"),
        *("OBX|1|NM|718-7^Hb^LN||14|g/dL", "NTE|1|L|rerun"),
    ).reports[0]
    assert report.comments == ("haemolysed", "RE^Remark: clotted")
    assert report.observations[0].comments == ("rerun",)
    assert [each.text for each in report.properties if each.label == "NTE"] == ["of the donor"]


def test_control_material_and_test_messages_are_marked():
    control = read("OBR|1||F1", "OBX|1|ST|a||1", "SPM|1|C1|||||||||Q")
    assert control.reports[0].quality_control
    training = read("OBX|1|ST|a||1", header=HEADER.replace("|P|", "|T|"))
    assert [each.code for each in training.reports[0].findings] == ["not_production"]


def test_odd_messages_of_the_field_load(shared):
    folder = shared / "samples" / "instruments" / "hl7v2"
    counts = {}
    for name in ("mirth_small_oru_r01", "openelis_mindray-cbc-result", "openelis_sysmex-xn-result"):
        report = FORMAT.parse(Document((folder / f"{name}.hl7").read_bytes())).reports[0]
        assert all(each.value and each.label for each in report.observations)
        counts[name] = len(report.observations)
    assert list(counts.values()) == [17, 4, 13]


@pytest.mark.parametrize(
    ("name", "found"),
    [("mirth_batch01", "SIU^S12"), ("mirth_batch02", "ADT^A01"), ("mirth_whitespace", "ORM^O01")],
)
def test_messages_of_other_types_are_refused_by_name(shared, name, found):
    raw = (shared / "samples" / "instruments" / "hl7v2" / f"{name}.hl7").read_bytes()
    assert looks_like(raw)
    with pytest.raises(ParseError) as refusal:
        FORMAT.parse(Document(raw))
    assert refusal.value.found == found
    assert "ORU^R01" in refusal.value.expected
    assert found not in str(refusal.value)
