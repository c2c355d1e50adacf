"""kill -9 at every call of a courier, those of its socket too, then a restart. Everything here is invented."""

import shutil
import threading
import time

from pipeline.site import open_site
from pipeline.store.outbox import listed
from pipeline.wiring import courier_to

NEVER = 10**9
SECONDS = 20.0


def deliver(home, site_file):
    """A session: the courier at work until nothing waits."""

    def session(_acknowledge):
        with open_site(home, site_file) as site:
            site.ready_store()
            courier = courier_to(site.settings.destinations[0], site.spool, lambda: site.store)
            stop = threading.Event()
            working = threading.Thread(target=courier.run, args=(stop,))
            working.start()
            until = time.monotonic() + SECONDS
            while states(site) != {"sent"} and time.monotonic() < until:
                site.loader.catch_up()
                time.sleep(0.005)
            stop.set()
            working.join()

    return session


def states(site):
    return {row["state"] for row in listed(site.store)}


def test_a_courier_that_dies_sends_at_most_one_message_again_and_none_that_was_settled(
    graftline, home, site_file, registry, exports, kill_at, tmp_path
):
    assert graftline("ingest", exports / "donor-01.hml", exports / "donor-02.hml", config=site_file).returncode == 0
    k, killed = 0, True
    repeated = []
    while killed:
        k += 1
        at_k = tmp_path / f"home-{k}"
        shutil.copytree(home, at_k)
        registry.received.clear()
        killed = kill_at(k, deliver(at_k, site_file), network=True).killed
        if killed:
            kill_at(NEVER, deliver(at_k, site_file))
        once = list(dict.fromkeys(registry.received))
        assert len(once) == 2 and once == sorted(once), f"killed at call {k}"
        assert len(registry.received) <= 3, f"killed at call {k}"
        assert registry.received == sorted(registry.received), f"out of order, killed at call {k}"
        repeated.append(len(registry.received) == 3)
        with open_site(at_k, site_file) as site:
            site.ready_store()
            assert states(site) == {"sent"}, f"killed at call {k}"
    assert k > 15
    assert any(repeated), "somewhere between the peer's reply and its being written down"
    assert not all(repeated)
