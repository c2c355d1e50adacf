"""What comes over a line that was away meanwhile is never more than it is. Every specimen and run is invented."""

import socket
from collections.abc import Callable
from typing import Any

import pytest

from instruments.links.lines import GAP
from instruments.simulated.separator import SeparatorRun
from pipeline.demo.performance import free_port
from pipeline.intake import SpoolIntake
from pipeline.rebuild import rebuild
from pipeline.site import Site
from pipeline.store import queries

Arrive = Callable[..., str]

RUN = list(SeparatorRun().lines())
WHOLE, HOLED = b"".join(RUN), b"".join([*RUN[:9], *RUN[12:]])
HEAD = b"H|\\^&|||INVENTED^1|||||||P|1|20261127100000\rP|1\rO|1|INVENTED-%d||^^^WBC|R|20261127100000\r"
TAIL = b"R|1|^^^WBC|%d.5|10*3/uL||N||F||||20261127100000\rL|1|N\r"


@pytest.fixture
def arrive(site: Site) -> Arrive:
    """A run of a separator comes in, and its link notes something or nothing."""
    return SpoolIntake(site.spool, "separator", "separator_log").keep


def doubts(report: queries.Row) -> list[dict[str, str]]:
    return [flag for flag in report["normalised"].get("flags", ()) if flag["code"] == "lines_missing"]


def runs(site: Site) -> list[tuple[bool, bool]]:
    """Of every run, whether it is the current version and whether it says that lines may be missing."""
    return [(row["current"], bool(doubts(row))) for row in queries.dump(site.ready_store(), "reports")]


def test_a_run_with_a_hole_is_loaded_and_says_so_wherever_it_goes(site: Site, arrive: Arrive) -> None:
    receipt = arrive(HOLED, note=GAP)
    assert runs(site) == [(True, True)]
    assert GAP in str(next(queries.dump(site.ready_store(), "messages"))["message"])
    assert rebuild(site).frames == 1
    [report] = queries.dump(site.ready_store(), "reports")
    [flag] = doubts(report)
    assert (report["receipt"], flag["message"]) == (receipt, GAP)


def test_a_run_with_a_hole_takes_no_whole_one_s_place_and_a_whole_one_takes_its(site: Site, arrive: Arrive) -> None:
    arrive(WHOLE)
    arrive(HOLED, note=GAP)
    assert runs(site) == [(True, False), (True, True)]
    arrive(WHOLE.replace(b"60.0", b"60.1", 1))
    assert runs(site) == [(False, False), (False, True), (True, False)]


def test_an_unframed_result_never_comes_under_another_specimen(start: Any, eventually: Any, graftline: Any, rows: Any):
    port = free_port()
    running = start(
        f'[[instrument]]\nname = "raw"\nlink = "astm_raw"\nformat = "astm_records"\nlisten = "127.0.0.1:{port}"\n'
    )
    eventually(lambda: running.is_up("raw"))
    for sent in (HEAD % 1, TAIL % 2 + HEAD % 3 + TAIL % 3):
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.sendall(sent)
        eventually(lambda: "quarantined" in graftline("dump", "receipts").stdout)
    eventually(lambda: len(rows(graftline("dump", "receipts").stdout)) == 3)
    assert running.stop() == 0
    receipts = rows(graftline("dump", "receipts").stdout)
    assert [each["state"] for each in receipts] == ["quarantined", "quarantined", "loaded"]
    observations = rows(graftline("dump", "observations").stdout)
    assert [(each["specimen"], each["value"]) for each in observations] == [("INVENTED-3", "3.5")]
