"""The work list: a table goes in, orders come out, and the file is whole or not there. Every specimen is invented."""

import sys

import pytest

from parsers.errors import ParseError
from pipeline.errors import SiteError
from pipeline.worklist.orders import Order, Ordered, Worklist
from pipeline.worklist.table import read_table

FIRST = Order(specimen="INV-1", tests=("WBC", "HGB"))
FOR_ONE = Order(specimen="INV-1", tests=("CD34",), instrument="facs-1")


@pytest.fixture
def worklist(tmp_path):
    return Worklist(tmp_path / "worklist.jsonl")


@pytest.fixture
def table(tmp_path):
    def write(text, encoding="utf-8"):
        path = tmp_path / "orders.csv"
        path.write_bytes(text.encode(encoding))
        return path

    return write


def test_an_order_for_one_instrument_goes_before_one_for_any(worklist):
    worklist.put([FIRST, FOR_ONE])
    assert worklist.of("INV-1", "facs-1") == FOR_ONE
    assert worklist.of("INV-1", "xn-1") == FIRST
    assert worklist.of("INV-2", "xn-1") is None
    assert worklist.for_instrument("xn-1") == [FIRST]


def test_a_later_order_takes_the_place_of_an_earlier_one(worklist):
    worklist.put([FIRST, FOR_ONE])
    later = Order(specimen="INV-1", tests=("PLT",))
    worklist.put([later])
    assert worklist.orders() == [later, FOR_ONE]
    worklist.change(Ordered(withdrawn=[later]))
    assert worklist.orders() == [FOR_ONE]
    worklist.put([FIRST], replace=True)
    assert worklist.orders() == [FIRST]


def test_a_table_may_name_a_specimen_in_several_lines(worklist):
    worklist.put([FIRST, Order(specimen="INV-1", tests=("CD34", "WBC"))])
    assert worklist.of("INV-1", "xn-1").tests == ("WBC", "HGB", "CD34")


def test_an_analyser_is_told_all_orders_of_a_tube_as_urgently_as_the_most_urgent(worklist):
    orders = [
        Order(specimen="T", tests=("WBC",), subject="S-1", number="1"),
        Order(specimen="T", tests=("HGB",), subject="S-1", material="BLD", collected="20261120", number="2"),
        Order(specimen="T", tests=("PLT",), priority="S", collected="20261121", number="3"),
    ]
    worklist.change(Ordered(new=orders))
    assert worklist.orders() == [
        Order(specimen="T", tests=("WBC", "HGB", "PLT"), priority="S", subject="S-1", material="BLD")
    ]
    worklist.change(Ordered(new=[Order(specimen="T", tests=("RBC",), subject="S-2", number="4")]))
    assert worklist.of("T", "").subject == "", "two persons: nobody is named"


def test_a_list_of_the_version_before_is_read_and_goes_on(worklist, tmp_path):
    (tmp_path / "worklist.jsonl").write_text('{"specimen":"INV-1","tests":["WBC","HGB"],"priority":"A"}\n')
    assert worklist.orders() == [Order(specimen="INV-1", tests=("WBC", "HGB"), priority="A")]
    worklist.change(Ordered(withdrawn=[Order(specimen="INV-1", tests=("WBC",), number="P1")]))
    assert worklist.orders() == [Order(specimen="INV-1", tests=("HGB",), priority="A")]


def test_what_another_process_has_loaded_holds_at_once(worklist, tmp_path):
    assert worklist.orders() == []
    Worklist(tmp_path / "worklist.jsonl").put([FIRST])
    assert worklist.orders() == [FIRST]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_the_file_is_its_owners_alone(worklist, tmp_path):
    worklist.put([FIRST])
    assert (tmp_path / "worklist.jsonl").stat().st_mode & 0o777 == 0o600


def test_a_damaged_file_is_named_and_can_be_replaced(worklist, tmp_path):
    (tmp_path / "worklist.jsonl").write_text('{"specimen": 7}\n')
    with pytest.raises(SiteError, match="damaged"):
        worklist.orders()


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_table_is_read_with_its_columns_in_any_order(table, separator):
    lines = [
        ["tests", "Specimen", "priority", "instrument"],
        ["WBC HGB", " INV-1 ", "s", ""],
        ["CD34", "INV-2", "", "f"],
    ]
    path = table("\ufeff" + "\r\n".join(separator.join(line) for line in lines) + "\r\n\r\n")
    assert read_table(path) == [
        Order(specimen="INV-1", tests=("WBC", "HGB"), priority="S"),
        Order(specimen="INV-2", tests=("CD34",), instrument="f"),
    ]


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("", "orders.csv, line 1"),
        ("specimen\nINV-1\n", "orders.csv, line 1"),
        ("specimen,tests,name\n", "orders.csv, line 1"),
        ("specimen,tests,tests\n", "orders.csv, line 1"),
        ("specimen,tests\nINV-1\n", "orders.csv, line 2"),
        ("specimen,tests\n,WBC\n", "orders.csv, line 2"),
        ("specimen,tests\nINV-1,\n", "orders.csv, line 2"),
        ("specimen,tests,priority\nINV-1,WBC,X\n", "orders.csv, line 2"),
    ],
)
def test_a_table_that_is_no_work_list_is_refused_with_the_place(table, text, where):
    with pytest.raises(ParseError) as refused:
        read_table(table(text))
    assert refused.value.where == where


def test_a_table_in_another_encoding_is_refused(table):
    with pytest.raises(ParseError, match="not UTF-8"):
        read_table(table("specimen,tests\nÄ,WBC\n", "latin-1"))
