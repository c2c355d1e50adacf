"""What an analyser is told when it asks for orders. Every specimen and analyser is invented."""

from datetime import datetime

import pytest

from pipeline.worklist.host_query import answers
from pipeline.worklist.orders import Order, Worklist

NOW = datetime(2026, 11, 20, 13, 26)  # noqa: DTZ001  # an analyser's local time
HEADER = "H|\\^&|7||INV-XN^1.2^C-7||||||||LIS2-A2|20261120132559\r"
ORDERS = [
    Order(specimen="INV-1", tests=("WBC", "HGB"), subject="S-1", collected="20261120120000", material="BLOOD"),
    Order(specimen="INV-2", tests=("CD34",), priority="S"),
    Order(specimen="INV-3", tests=("PLT",), instrument="other"),
]


@pytest.fixture
def ask(tmp_path):
    worklist = Worklist(tmp_path / "worklist.jsonl")
    worklist.put(ORDERS)

    def ask(*records, header=HEADER, place=None):
        message = (header + "".join(f"{each}\r" for each in records) + "L|1|N\r").encode("latin-1")
        told = answers(message, worklist, "xn-1", sender="US", now=NOW, place=place)
        return [each.decode("latin-1").split("\r") for each in told]

    return ask


def test_the_answer_names_patient_specimen_and_tests(ask):
    (lines,) = ask("Q|1|^INV-1||ALL")
    assert lines == [
        "H|\\^&|||US|||||INV-XN||P|LIS2-A2|20261120132600",
        "P|1|S-1",
        "O|1|INV-1||^^^WBC\\^^^HGB|R||20261120120000||||N||||BLOOD||||||||||Q",
        "L|1|N",
        "",
    ]


def test_nothing_is_known_of_another_specimen(ask):
    assert ask("Q|1|^INV-9||ALL")[0][1:] == ["L|1|I", ""]
    assert ask("Q|1|^INV-3||ALL")[0][1:] == ["L|1|I", ""]


def test_a_sample_position_is_sent_back_as_it_came(ask):
    (lines,) = ask("Q|1|2^1^               INV-1^B||^^^WBC", place=3)
    assert lines[2].startswith("O|1|2^1^               INV-1^B||^^^WBC\\^^^HGB|R|")


def test_a_specimen_may_be_named_alone(ask):
    assert ask("Q|1|INV-1||ALL")[0][2].startswith("O|1|INV-1||")


@pytest.mark.parametrize("place", [None, 3])
@pytest.mark.parametrize(
    "named",
    ["2^1^  TUBE-77^B", "INV-1^1^  TUBE-77^B", "2^INV-1^  TUBE-77^B", "2^1^TUBE-77^INV-1", "INV-1^", "2^INV-1^^B"],
)
def test_a_rack_a_place_an_attribute_or_a_patient_is_no_specimen(ask, named, place):
    assert ask(f"Q|1|{named}||ALL", place=place)[0][1:] == ["L|1|I", ""]


def test_where_more_is_named_and_no_model_says_what_nothing_is_known(ask):
    assert ask("Q|1|2^1^INV-1^B||ALL")[0][1:] == ["L|1|I", ""]
    assert ask("Q|1|2^1||ALL", place=3)[0][1:] == ["L|1|I", ""]


def test_one_query_may_name_several_specimens(ask):
    (lines,) = ask("Q|1|^INV-2\\^INV-9\\^INV-1||ALL")
    assert [line[:11] for line in lines[1:5]] == ["P|1", "O|1|INV-2||", "P|2|S-1", "O|1|INV-1||"]


def test_everything_for_this_analyser(ask):
    (lines,) = ask("Q|1|ALL")
    assert [line.split("|")[2] for line in lines if line.startswith("O|")] == ["INV-1", "INV-2"]


def test_the_answer_has_the_delimiters_of_the_question(ask):
    (lines,) = ask("Q|1|!INV-1||ALL", header="H|\\!~|7||INV-DXH!1\r")
    assert lines[0].startswith("H|\\!~|||US|||||INV-DXH|")
    assert lines[2].startswith("O|1|INV-1||!!!WBC\\!!!HGB|R|")


def test_escapes_in_a_specimen_are_read_and_written(ask, tmp_path):
    Worklist(tmp_path / "worklist.jsonl").put([Order(specimen="A^9", tests=("X|Y",))])
    (lines,) = ask("Q|1|^A&S&9||ALL")
    assert lines[2].startswith("O|1|A&S&9||^^^X&F&Y|R|")


@pytest.mark.parametrize("record", ["Q|1|^INV-1||ALL||||||||A", "O|1|INV-1||^^^Q", "R|1|^^^Q|5"])
def test_results_and_withdrawn_questions_are_not_answered(ask, record):
    assert ask(record) == []


def test_what_is_no_message_is_not_answered(ask):
    assert ask("Q|1|^INV-1||ALL", header="") == []
