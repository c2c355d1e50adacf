"""kill -9 at every call while orders come in: what was acknowledged is there, and the list is never damaged."""

from pipeline.worklist.intake import OrderIntake
from pipeline.worklist.orders import Order, Worklist

ORDER = (
    "MSH|^~\\&|LIS|SITE|||20261120||OML^O21^OML_O21|{n}|P|2.5.1\rPID|1||INVENTED\rORC|NW|{n}\rOBR|1|INVENTED-{n}||WBC\r"
)


def specimens(path):
    return [order.specimen for order in Worklist(path).orders()]


def orders_arrive(path):
    def session(acknowledge):
        intake = OrderIntake(Worklist(path))
        for number in (1, 2, 3):
            intake.keep(ORDER.format(n=number).encode())
            acknowledge(f"INVENTED-{number}")

    return session


def test_an_acknowledged_order_is_on_the_list_whenever_the_service_dies(kill_at, tmp_path):
    k, killed = 0, True
    while killed:
        k += 1
        path = tmp_path / f"{k}.jsonl"
        outcome = kill_at(k, orders_arrive(path))
        killed = outcome.killed
        found = specimens(path)
        assert found[: len(outcome.acknowledged)] == outcome.acknowledged, f"killed at call {k}"
        assert len(found) <= len(outcome.acknowledged) + 1, f"killed at call {k}"
        Worklist(path).put([Order(specimen="Z", tests=("WBC",))])
        assert specimens(path) == [*found, "Z"], f"killed at call {k}"
    assert outcome.acknowledged == ["INVENTED-1", "INVENTED-2", "INVENTED-3"]
    assert k > 10


def test_a_list_replaced_at_the_prompt_is_the_old_one_or_the_new_one(kill_at, tmp_path):
    old, new = (Order(specimen=name, tests=("WBC",)) for name in ("OLD", "NEW"))
    k, killed = 0, True
    seen = set()
    while killed:
        k += 1
        path = tmp_path / f"{k}.jsonl"
        Worklist(path).put([old])
        killed = kill_at(k, lambda _, path=path: Worklist(path).put([new], replace=True)).killed
        seen.add(tuple(specimens(path)))
    assert seen == {("OLD",), ("NEW",)}
