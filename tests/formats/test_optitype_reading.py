"""OptiType: the sample is the file's name, blank cells are failed loci, and row 0 is the call."""

import pytest

from parsers.errors import ParseError
from parsers.format import Document
from parsers.formats.optitype import parse

HEADER = "\tA1\tA2\tB1\tB2\tC1\tC2\tReads\tObjective\n"


def read(cells, name="S-1_result.tsv"):
    (report,) = parse(Document(f"{HEADER}0\t{cells}\t10\t9.5\n".encode(), name)).reports
    return report


@pytest.mark.parametrize("name", ["S-1_result.tsv", "/exports/run/S-1_result.tsv", r"C:\exports\S-1_result.tsv"])
def test_the_sample_is_the_prefix_of_the_file_name(name):
    report = read("A*01:01\tA*02:01\tB*07:02\tB*08:01\tC*07:01\tC*07:02", name)
    assert (report.sample, report.findings) == ("S-1", ())


@pytest.mark.parametrize("name", ["", "message-17", "result.tsv", "_result.tsv"])
def test_a_result_that_could_be_anybodys_is_refused(name):
    with pytest.raises(ParseError, match="names no sample"):
        read("A*01:01\tA*02:01\tB*07:02\tB*08:01\tC*07:01\tC*07:02", name)


def test_blank_cells_do_not_move_the_others():
    loci = read("A*01:01\tA*01:01\t\t\t\tC*07:02").loci
    assert [(each.locus, each.state, each.expression) for each in loci] == [
        ("A", "homozygous_stated", "A*01:01+A*01:01"),
        ("B", "failed", ""),
        ("C", "one_stated", "C*07:02"),
    ]


CALL = "{}\tA*01:01\tA*02:01\t\t\t\t\t1\t1\n"


@pytest.mark.parametrize(
    ("rows", "line"),
    [
        (CALL.format(0) + CALL.format(0), 3),
        (CALL.format(0) + HEADER + CALL.format(0), 3),
        (CALL.format(0) + CALL.format(2), 3),
        (CALL.format(0) + CALL.format(1) + CALL.format(1), 4),
        (CALL.format(1), 2),
    ],
)
def test_two_results_in_one_file_are_refused_and_so_is_a_row_out_of_order(rows, line):
    with pytest.raises(ParseError, match="comes next") as refusal:
        parse(Document(f"{HEADER}{rows}".encode(), "S_result.tsv"))
    assert refusal.value.where == f"line {line}"


def test_runners_up_are_counted_and_not_read():
    text = HEADER + "0\tA*01:01\tA*01:01\t\t\t\t\t1\t1\n1\tA*02:01\tA*02:01\t\t\t\t\t1\t0.9\n"
    parsed = parse(Document(text.encode(), "S_result.tsv"))
    assert [(each.path, each.count) for each in parsed.ignored] == [("row 2", 1)]
    assert parsed.reports[0].loci[0].reported == "A*01:01+A*01:01"
