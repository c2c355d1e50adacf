"""New reports delivered to another system over MLLP, each once and in order. Everything here is invented."""

import json

import pytest

from pipeline.rebuild import rebuild
from pipeline.service import Service
from pipeline.site import open_site
from pipeline.store.outbox import listed


@pytest.fixture
def ingest(graftline, exports, site_file):
    def take(*names):
        assert graftline("ingest", *(exports / name for name in names), config=site_file).returncode == 0

    return take


@pytest.fixture
def deliver(home, site_file, eventually):
    """Let the service run until nothing waits any more; the outbox then."""

    def run():
        with open_site(home, site_file) as site:
            site.ready_store()
            service = Service(site)
            service.start()
            eventually(lambda: all(row["state"] != "waiting" for row in listed(site.store)))
            rows = [(row["message"], row["state"], row["answer"]) for row in listed(site.store)]
            service.stop()
        return rows

    return run


def test_every_new_report_is_delivered_once_and_in_order(ingest, deliver, registry):
    ingest("donor-01.hml", "donor-02.hml")
    rows = deliver()
    assert registry.received == [message for message, _, _ in rows]
    assert len(rows) == 2
    assert {state for _, state, _ in rows} == {"sent"}
    assert deliver() == rows
    assert len(registry.received) == 2


def test_a_rebuilt_store_knows_what_was_delivered(ingest, deliver, registry, home, site_file):
    ingest("donor-01.hml")
    rows = deliver()
    with open_site(home, site_file) as site:
        assert rebuild(site).equal
    assert deliver() == rows
    assert len(registry.received) == 1


def test_what_was_loaded_before_the_destination_was_there_is_not_sent(graftline, ingest, deliver, registry, exports):
    assert graftline("ingest", exports / "donor-01.hml").returncode == 0
    ingest("donor-02.hml")
    assert len(deliver()) == len(registry.received) == 1


def test_a_rejected_message_is_a_dead_letter_until_a_person_sends_it_again(
    ingest, deliver, registry, graftline, site_file
):
    registry.codes = ["AR"]
    ingest("donor-01.hml")
    ((message, *dead),) = deliver()
    assert dead == ["refused", "AR"]
    told = graftline("--json", "outbox", "list", "--state", "refused", config=site_file)
    assert json.loads(told.stdout) == {
        "destination": "registry",
        "message": message,
        "state": "refused",
        "answer": "AR",
    }
    assert graftline("outbox", "resubmit", message, config=site_file).returncode == 0
    assert deliver() == [(message, "sent", "")]
    assert registry.received == [message, message]
    assert graftline("outbox", "resubmit", "R9-nothing.0", config=site_file).returncode == 2
