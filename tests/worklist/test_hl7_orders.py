"""Orders over HL7. Every person, specimen and laboratory is invented."""

import pytest

from instruments.errors import Refused
from pipeline.worklist.hl7_orders import read_orders
from pipeline.worklist.intake import OrderIntake
from pipeline.worklist.orders import Order, Ordered, Worklist


def message(kind, *segments):
    header = rf"MSH|^~\&|LIS|LAB|GRAFTLINE|SITE|20261120||{kind}|17|P|2.5.1"
    return "".join(f"{each}\r" for each in (header, *segments)).encode()


O33 = message(
    "OML^O33^OML_O33",
    "PID|1||S-1||NAME^NEVER^READ",
    "SPM|1|INV-1^FILLER||BLD",
    "ORC|NW|P1",
    "OBR|1|P1||WBC^White cells^99LAB",
    "ORC|NW|P2",
    "OBR|2|P2||HGB^Haemoglobin^99LAB",
    "SPM|2|INV-2||BLD",
    "ORC|CA|P3",
    "OBR|3|P3||CD34^CD34^99LAB",
)
O21 = message(
    "OML^O21^OML_O21", "ORC|NW|P1", "OBR|1|P1||WBC", "SPM|1|INV-1", "ORC|NW|P3", "OBR|2|P3||CD34", "SPM|1|INV-2"
)
ORM = message("ORM^O01", "PID|1||S-1", "ORC|NW|P1|INV-1", "OBR|1|P1|INV-1|WBC", "OBR|2|P1|INV-1|WBC")


def test_orders_stand_behind_their_specimen_in_o33():
    assert read_orders(O33) == Ordered(
        new=[
            Order(specimen="INV-1", tests=("WBC",), subject="S-1", number="P1"),
            Order(specimen="INV-1", tests=("HGB",), subject="S-1", number="P2"),
        ],
        replacing=[],
        withdrawn=[Order(specimen="INV-2", tests=("CD34",), subject="S-1", number="P3")],
    )


def test_orders_stand_before_their_specimen_in_o21():
    assert read_orders(O21).new == [
        Order(specimen="INV-1", tests=("WBC",), number="P1"),
        Order(specimen="INV-2", tests=("CD34",), number="P3"),
    ]


def test_an_older_order_names_its_specimen_itself():
    assert read_orders(ORM).new == [Order(specimen="INV-1", tests=("WBC",), subject="S-1", number="P1")] * 2


@pytest.mark.parametrize(
    ("segments", "priority"),
    [
        (["ORC|NW|P1", "TQ1|1||||||||S^Stat^HL70485", "OBR|1|P1|INV-1|WBC|R"], "S"),
        (["ORC|NW|P1", "OBR|1|P1|INV-1|WBC|A"], "A"),
        (["ORC|NW|P1", "OBR|1|P1|INV-1|WBC" + "|" * 23 + "^^^^^P"], "P"),
        (["ORC|NW|P1|||||^^^^^S", "OBR|1|P1|INV-1|WBC"], "S"),
        (["ORC|NW|P1", "TQ1|1||||||||T", "OBR|1|P1|INV-1|WBC"], "R"),
        (["ORC|NW|P0", "TQ1|1||||||||S", "OBR|1|P0|INV-0|WBC", "ORC|NW|P1", "OBR|2|P1|INV-1|WBC"], "R"),
    ],
)
def test_an_order_is_as_urgent_as_its_sender_says(segments, priority):
    assert read_orders(message("OML^O21^OML_O21", *segments)).new[-1].priority == priority


@pytest.fixture
def send(tmp_path):
    """Orders one after the other, each (control, number, test) for one tube; then what the analyser is told."""
    intake = OrderIntake(Worklist(tmp_path / "worklist.jsonl"))

    def orders(*wanted):
        for each in wanted:
            rows = each if isinstance(each, list) else [each]
            pairs = [(f"ORC|{control}|{number}", f"OBR|1||TUBE-1|{test}") for control, number, test in rows]
            intake.keep(message("ORM^O01", *(segment for pair in pairs for segment in pair)))
        told = Worklist(tmp_path / "worklist.jsonl").of("TUBE-1", "xn-1")
        return told.tests if told else ()

    return orders


NEW, OTHER = ("NW", "P1", "WBC"), ("NW", "P2", "CD34")


def test_a_second_order_for_a_tube_is_added_to_the_first(send):
    assert send(NEW, OTHER, NEW) == ("WBC", "CD34")
    assert send(("NW", "P1", "HGB")) == ("WBC", "CD34", "HGB")


@pytest.mark.parametrize("control", ["CA", "DC", "OC", "CR"])
@pytest.mark.parametrize("number", ["P1", ""])
def test_what_is_withdrawn_is_that_test_of_that_order_alone(send, control, number):
    assert send(NEW, OTHER, (control, number, "WBC")) == ("CD34",)


def test_an_order_of_another_number_for_the_same_test_stands(send):
    assert send(NEW, ("NW", "P2", "WBC"), ("CA", "P1", "WBC")) == ("WBC",)
    assert send(("CA", "P2", "WBC")) == ()


def test_an_order_without_a_number_is_known_by_its_test(send):
    assert send(("NW", "", "WBC"), OTHER, ("CA", "P7", "WBC")) == ("CD34",)


@pytest.mark.parametrize("control", ["XO", "RP", "RU"])
def test_a_changed_order_takes_the_place_of_what_it_was_and_of_nothing_else(send, control):
    assert set(send([NEW, ("NW", "P1", "PLT")], OTHER, [(control, "P1", "HGB"), (control, "P1", "RBC")])) == {
        "CD34",
        "HGB",
        "RBC",
    }


def test_an_order_is_withdrawn_for_another_that_replaces_it(send):
    assert send(NEW, OTHER, [("RP", "P1", "WBC"), ("RO", "P3", "HGB")]) == ("CD34", "HGB")


def test_what_is_acknowledged_is_in_the_work_list(tmp_path):
    worklist = Worklist(tmp_path / "worklist.jsonl")
    intake = OrderIntake(worklist)
    intake.keep(O21)
    intake.keep(O33)
    assert [order.specimen for order in Worklist(tmp_path / "worklist.jsonl").orders()] == ["INV-1"]


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        (message("ORU^R01", "OBR|1|P1||WBC"), "200"),
        (message("ORM^O01"), "101"),
        (message("ORM^O01", "OBR|1|||WBC"), "101"),
        (message("ORM^O01", "OBR|1|P1"), "101"),
    ],
)
def test_what_orders_nothing_is_refused_for_good_with_its_condition(tmp_path, payload, code):
    with pytest.raises(Refused) as refused:
        OrderIntake(Worklist(tmp_path / "worklist.jsonl")).keep(payload)
    assert (refused.value.code, refused.value.for_good) == (code, True)


def test_orders_that_cannot_be_written_are_to_be_sent_again(tmp_path):
    with pytest.raises(Refused) as refused:
        OrderIntake(Worklist(tmp_path / "no-such-folder" / "worklist.jsonl")).keep(ORM)
    assert not refused.value.for_good


def test_what_was_cut_off_orders_nothing(tmp_path):
    OrderIntake(Worklist(tmp_path / "worklist.jsonl")).keep(ORM, whole=False)
    assert Worklist(tmp_path / "worklist.jsonl").orders() == []
