"""What the status of a result and of its order make of a typing: taken back, pending, preliminary, final."""

import pytest

from tests.hl7.oru_messages import codes, loci, read


@pytest.mark.parametrize("status", ["D", "W", " D "])
@pytest.mark.parametrize(
    "obx",
    [
        "ST|57290-9^A^LN|1|A*01:01+A*02:01",
        "ST|57290-9^A^LN|1|A*01:01~A*02:01",
        "ST|57290-9^A^LN|1|",
        "ST|84413-4^Genotype^LN|1|A*01:01+A*02:01",
        "CWE|57290-9^A^LN|1|hla#3.58.0#HLA-A*01:01+HLA-A*02:01^^^^^^^^A*01:01+A*02:01",
    ],
)
def test_a_result_taken_back_is_never_called_even_if_a_companion_states_its_copies(obx, status):
    companion = "OBX|2|CWE|STATE^State of the typing^99GRAFT|1|two_copies^two copies^99GRAFT||||||F"
    for beside in ((), (companion,)):
        report = read("OBR|1||F1|51969-4^HLA^LN", f"OBX|1|{obx}||||||{status}", *beside).reports[0]
        (found,) = report.loci
        doubts = [(each.locus, each.where) for each in report.findings if each.code == "withdrawn_result"]
        assert (found.state, found.expression, doubts) == ("failed", "", [(found.locus, "segment 3 (OBX), OBX-11")])
        assert bool(found.reported) == ("01:01" in obx)


def test_what_replaces_a_result_taken_back_is_called_and_the_flag_stands_on_its_locus_alone():
    both = ("OBX|1|ST|57290-9^A^LN|1|A*01:01||||||D", "OBX|2|ST|57290-9^A^LN|2|A*02:01+A*03:01||||||C")
    other = "OBX|3|ST|57291-7^B^LN|3|B*07:02||||||F"
    assert [state for _, state, _ in loci(*both, other)] == ["failed", "two_copies", "one_stated"]
    (doubt,) = read("OBR|1||F1", *both, other).reports[0].findings
    assert (doubt.code, doubt.locus) == ("withdrawn_result", "A")


@pytest.mark.parametrize("status", ["D", "W"])
@pytest.mark.parametrize(
    "again",
    [
        "ST|57290-9^A^LN|2|A*01:01+A*02:01",
        "ST|57290-9^A^LN|2|HLA-A*02:01+HLA-A*01:01",
        "CWE|84413-4^Genotype^LN|2|hla#3.58.0#HLA-A*01:01+HLA-A*02:01",
    ],
)
def test_what_says_a_result_taken_back_once_again_is_no_replacement(again, status):
    withdrawn = f"OBX|1|ST|57290-9^A^LN|1|A*01:01+A*02:01||||||{status}"
    for pair in ((withdrawn, f"OBX|2|{again}||||||F"), (f"OBX|2|{again}||||||F", withdrawn)):
        assert loci(*pair) == [("A", "failed", "")] * 2
        assert codes(*pair) == ["withdrawn_result"]


@pytest.mark.parametrize(
    ("status", "state"), [("X", "failed"), (" X ", "failed"), ("N", "not_tested"), ("O", "not_tested")]
)
@pytest.mark.parametrize(
    "value", ["HLA-A*01:01+HLA-A*02:01", "01:01+02:01", "A*NEW", "A24", "hla#3.58.0#HLA-A*01:01", "A*01:01~A*02:01"]
)
@pytest.mark.parametrize("kind", ["TX", "CWE"])
def test_what_stands_beside_the_status_of_no_result_is_kept_and_never_called(value, status, state, kind):
    obx = f"OBX|1|{kind}|57290-9^A^LN|1|{value}||||||{status}"
    companion = "OBX|2|CWE|STATE^State of the typing^99GRAFT|1|two_copies^two copies^99GRAFT||||||F"
    for beside in ((), (companion,)):
        report = read("OBR|1||F1|51969-4^HLA^LN", obx, *beside).reports[0]
        (found,) = report.loci
        assert (found.locus, found.state, found.expression) == ("A", state, "")
        assert found.reported == value.removeprefix("hla#3.58.0#")
        expected = ["value_without_result"] if any(map(str.isdigit, value)) else []
        assert [
            each.code for each in report.findings if each.code in ("value_without_result", "withdrawn_result")
        ] == expected


@pytest.mark.parametrize(
    ("value", "status"), [("A*UUUU", "N"), ("A*XXXX", "X"), ("not typed", "N"), ("no result", "X")]
)
def test_a_word_that_says_what_the_status_says_is_no_contradiction(value, status):
    obx = f"OBX|1|ST|57290-9^A^LN|1|{value}||||||{status}"
    assert [state for _, state, _ in loci(obx)] == [{"N": "not_tested", "X": "failed"}[status]]
    assert codes(obx) == []


def test_a_pending_result_without_a_value_is_not_tested_yet():
    obx = "OBX|1|ST|57290-9^A^LN|1|||||||I"
    assert loci(obx) == [("A", "not_tested", "")]
    assert codes(obx) == ["preliminary_result"]


@pytest.mark.parametrize("status", ["P", "S", "R", "I"])
def test_a_preliminary_typing_is_called_with_a_finding(status):
    obx = f"OBX|1|ST|57290-9^A^LN|1|A*01:01+A*02:01||||||{status}"
    assert loci(obx) == [("A", "two_copies", "A*01:01+A*02:01")]
    assert codes(obx) == ["preliminary_result"]


@pytest.mark.parametrize("status", ["P", "S", "A", "R", "I"])
def test_an_order_that_is_not_final_is_said_to_be_so_whatever_its_results_say(status):
    for code in ("57290-9^A^LN", "718-7^Hb^LN"):
        report = read(f"OBR|1||F1{'|' * 22}{status}", f"OBX|1|ST|{code}|1|A*01:01+A*02:01||||||F").reports[0]
        assert [(each.code, each.where) for each in report.findings if each.code != "typing_not_read"] == [
            ("preliminary_result", "segment 2 (OBR), OBR-25")
        ]


def test_a_cancelled_order_calls_no_locus():
    report = read(f"OBR|1||F1{'|' * 22}X", "OBX|1|ST|57290-9^A^LN|1|A*01:01+A*02:01||||||F").reports[0]
    assert [(each.state, each.expression, each.reported) for each in report.loci] == [("failed", "", "A*01:01+A*02:01")]
    assert [each.code for each in report.findings] == ["withdrawn_result"]


@pytest.mark.parametrize("status", ["F", "C", ""])
def test_a_final_order_needs_no_word(status):
    report = read(f"OBR|1||F1{'|' * 22}{status}", "OBX|1|ST|57290-9^A^LN|1|A*01:01+A*02:01||||||F").reports[0]
    assert not report.findings
