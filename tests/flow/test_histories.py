"""Whatever laboratories send and persons decide: a matcher that follows the changes holds what the feed holds.

Each history runs event by event, as at a quiet site; the store that is made again from its spool takes it in large
batches, as after a night's outage. Both say the same. GRAFTLINE_HISTORIES in the environment asks for more of them.
"""

import os
from pathlib import Path
from shutil import copytree
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from pipeline.feed.changes import changes
from pipeline.home import BUNDLED, Home
from pipeline.normalise.nomenclature.install import install
from pipeline.quarantine import keep, resubmit
from pipeline.rebuild import rebuild
from pipeline.renormalise import renormalised
from pipeline.site import Site, open_site
from pipeline.store import queries
from tests.flow.histories import Decided, Event, PutBack, Renormalised, Repeated, Sent, histories
from tests.flow.later_release import write_later

FORMATS = {"donor.hml": "hml", "report.hl7": "hl7_oru"}
Told = dict[tuple[str, str], dict[str, Any]]


@pytest.fixture(scope="module")
def releases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the invented mini-release and a later one are installed."""
    folder = tmp_path_factory.mktemp("releases")
    for source in (str(BUNDLED / "demo" / "nomenclature"), write_later(folder / "later")):
        install(source, folder / "installed")
    return folder / "installed"


@given(histories)
@settings(
    max_examples=int(os.environ.get("GRAFTLINE_HISTORIES", "12")),
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
def test_a_follower_and_a_rebuilt_store_hold_what_the_feed_holds(releases: Path, history: list[Event]) -> None:
    with TemporaryDirectory() as folder:
        home = Home(Path(folder) / "home").make()
        copytree(releases, home.nomenclature, dirs_exist_ok=True)
        with open_site(home.path, None) as site:
            follow(site, history)
            fed = feed(site)
        with open_site(home.path, None) as site:
            assert rebuild(site).equal is True
        with open_site(home.path, None) as site:
            assert feed(site) == fed


def follow(site: Site, history: list[Event]) -> None:
    """Play a history, asking after every event what has changed since the last."""
    held: Told = {}
    cursor = 0
    for place, event in enumerate(history):
        play(site, event, history[:place])
        told = changes(site.ready_store(), cursor)
        held |= by_donor(told.donors)
        cursor = told.cursor
        assert typed(held) == typed(by_donor(changes(site.store, 0).donors))


def play(site: Site, event: Event, before: list[Event]) -> None:
    receipts = list(queries.dump(site.ready_store(), "receipts"))
    sent = [each for each in before if isinstance(each, Sent)]
    match event:
        case Sent():
            send(site, event)
        case Repeated(which) if sent:
            send(site, sent[which % len(sent)])
        case Decided(which, loci) if receipts:
            keep(site, receipts[which % len(receipts)]["receipt"], loci)
        case PutBack():
            for row in [row for row in receipts if row["state"] in ("quarantined", "duplicate")][:1]:
                resubmit(site, row["seq"], FORMATS.get(row["name"], ""))
        case Renormalised(release) if site.store.release_in_use not in (None, release):
            renormalised(site, release)


def send(site: Site, file: Sent) -> None:
    site.spool.append_messages(file.source, [(file.name, file.text.encode())], format=file.read_as)


def by_donor(rows: Any) -> Told:
    return {(row["donor"], row["source"]): row for row in rows}


def typed(told: Told) -> Told:
    """Those of whom something is called."""
    return {donor: row for donor, row in told.items() if row["loci"]}


def feed(site: Site) -> list[dict[str, Any]]:
    return list(site.ready_store().rows("select * from feed_typing order by all"))
