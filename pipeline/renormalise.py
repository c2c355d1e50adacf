"""Reading the whole store under another nomenclature release: what would change, and the decision to do it."""

from collections.abc import Iterator
from typing import Any

from pipeline.decisions import Renormalisation, decide
from pipeline.renormalisation import changes
from pipeline.site import Site
from pipeline.store.scripts import script
from pipeline.store.texts import json_text

Changes = Iterator[dict[str, Any]]
"""A row for every typing that means something else: whose it is, and its meaning before and after."""


def tried(site: Site, version: str) -> Changes:
    """What reading every typing under this release would change. Raises Unavailable if it is not installed."""
    store = site.ready_store()
    before, after = site.bench_of(store.release_in_use or ""), site.bench_of(version)
    found = changes(store, before.normaliser.typings, after.normaliser.typings)
    return store.rows(script("renormalise/would_change"), [json_text(found)])


def renormalised(site: Site, version: str) -> Changes:
    """Read every typing under this release from now on; what that has changed.

    The decision is kept in the spool. Raises Unavailable if that fails or the release is not installed.
    """
    store = site.ready_store()
    before = store.release_in_use or ""
    site.bench_of(version)  # it must be installed before anything is decided
    if before == version:
        return iter(())
    seq = decide(site.spool, Renormalisation(version, before)).seq
    site.ready_store()
    return store.rows(f"select * exclude (seq) from ({script('dump/changes')}) where seq = ?", [seq])  # noqa: S608  # ours
