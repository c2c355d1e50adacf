"""An instrument with a known link and format is one TOML file, with the program or beside the site file."""

import json
import threading
import time

import pytest

from instruments.simulated.analyser import harvest_counts, records
from instruments.simulated.astm_sender import SHORT_TIMERS, AstmSender
from instruments.simulated.wire import SocketWire
from pipeline.demo.performance import free_port
from pipeline.doctor import examine
from pipeline.service import Service
from pipeline.site import open_site
from pipeline.store import queries

BOREALIS = """# Invented: no such analyser exists.
title = "Borealis C2"
vendor = "Borealis (invented)"
state = "invented"

link = "astm"
format = "astm_records"

[timers]
patience_seconds = 20
"""
SITE = """
[[instrument]]
name = "counter"
model = "borealis-c2"
listen = "{address}"
"""
PATIENCE_SECONDS = 20.0


def models(listed):
    return {row["model"]: row for row in map(json.loads, listed.stdout.splitlines())}


def test_a_model_that_comes_with_the_program_is_listed(checkout, graftline):
    checkout.add("config/instruments/borealis-c2.toml", BOREALIS)
    assert models(graftline("instruments"))["borealis-c2"]["state"] == "invented"
    assert checkout.changed() == {"config/instruments/borealis-c2.toml"}


@pytest.fixture
def site_file(tmp_path):
    """A site that brings the model itself, and has one such analyser."""
    (tmp_path / "instruments").mkdir()
    (tmp_path / "instruments" / "borealis-c2.toml").write_text(BOREALIS, encoding="utf-8")
    site = tmp_path / "site.toml"
    site.write_text(SITE.format(address=f"127.0.0.1:{free_port()}"), encoding="utf-8")
    return site


def test_a_model_beside_the_site_file_is_listed(checkout, graftline, site_file):
    assert models(graftline("--config", site_file, "instruments"))["borealis-c2"]["title"] == "Borealis C2"
    assert checkout.changed() == set()


def test_the_doctor_finds_nothing_wrong_with_it(home, site_file):
    found = {each.area: each.level for each in examine(home, site_file)}
    assert (found["configuration"], found["instrument counter"]) == ("ok", "ok")


def until(met):
    """Wait for what another thread is about to do, but not for ever."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not met():
        assert time.monotonic() < deadline, "it did not happen"
        threading.Event().wait(0.02)


def test_what_it_sends_is_acknowledged_and_loaded(home, site_file):
    message = records(specimen="INV-3", counts=harvest_counts(3)[:2], measured="20260102030405")
    with open_site(home, site_file) as site:
        service = Service(site)
        service.start()
        until(lambda: next(service.reports()).state == "up")
        with SocketWire(site.settings.instruments[0].address) as wire:
            assert AstmSender(wire, settings=SHORT_TIMERS).send(message) == 0
        service.stop()
    with open_site(home, site_file) as site:
        rows = list(queries.dump(site.ready_store(), "observations"))
    assert {(row["source"], row["specimen"], row["label"]) for row in rows} == {
        ("counter", "INV-3", "WBC"),
        ("counter", "INV-3", "HCT"),
    }
