"""An analyser asks the running service what to measure, over TCP, and measures it. Everything here is invented."""

from instruments.simulated.astm_sender import SHORT_TIMERS, AstmSender
from instruments.simulated.wire import SocketWire
from pipeline.demo.performance import free_port

QUERY = b"H|\\^&|||INV-XN\rQ|1|2^1^            INVENTED-7^B||ALL\rL|1|N\r"


def test_a_question_is_answered_from_the_work_list(start, eventually, graftline, rows, tmp_path):
    port = free_port()
    orders = tmp_path / "orders.csv"
    orders.write_text("specimen,tests\nINVENTED-7,WBC CD34\n1,HGB\n2,HGB\nB,HGB\n")
    running = start(f'[[instrument]]\nname = "xn-1"\nmodel = "sysmex-xn"\nlisten = "127.0.0.1:{port}"\n')
    eventually(lambda: running.is_up("xn-1"))
    assert graftline("worklist", "load", orders).returncode == 0
    with SocketWire(f"127.0.0.1:{port}") as wire:
        analyser = AstmSender(wire, settings=SHORT_TIMERS)
        analyser.send(QUERY)
        answer = analyser.receive(seconds=2)  # an analyser waits no longer
    assert b"\rO|1|2^1^            INVENTED-7^B||^^^WBC\\^^^CD34|R|" in answer
    assert running.stop() == 0
    [receipt] = rows(graftline("dump", "receipts").stdout)
    assert (receipt["state"], receipt["reason"]) == ("loaded", "the message is a query, it holds no results")
