"""Orders over HL7. Every person, specimen and laboratory is invented."""

import pytest

from instruments.errors import Refused
from pipeline.worklist.hl7_orders import Ordered, read_orders
from pipeline.worklist.intake import OrderIntake
from pipeline.worklist.orders import Order, Worklist


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
    "OML^O21^OML_O21", "ORC|NW|P1", "OBR|1|P1||WBC", "SPM|1|INV-1", "ORC|NW|P2", "OBR|2|P2||CD34", "SPM|1|INV-2"
)
ORM = message("ORM^O01", "PID|1||S-1", "ORC|NW|P1|INV-1", "OBR|1|P1|INV-1|WBC", "OBR|2|P1|INV-1|WBC")


def test_orders_stand_behind_their_specimen_in_o33():
    assert read_orders(O33) == Ordered(
        new=[Order(specimen="INV-1", tests=("WBC", "HGB"), subject="S-1")],
        withdrawn=[Order(specimen="INV-2", tests=("CD34",), subject="S-1")],
    )


def test_orders_stand_before_their_specimen_in_o21():
    assert read_orders(O21).new == [Order(specimen="INV-1", tests=("WBC",)), Order(specimen="INV-2", tests=("CD34",))]


def test_an_older_order_names_its_specimen_itself():
    assert read_orders(ORM).new == [Order(specimen="INV-1", tests=("WBC",), subject="S-1")]


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
