"""The store, made again from the spool: read every frame, take every decision, and put the result in the old place.

What the spool has lost, the new store cannot have. The store before may be the last to know it: it is then kept beside
the new one, and every receipt that is missing is named. Made on trial, the new store is only held against the present
one.
"""

from pathlib import Path
from typing import NamedTuple

import msgspec

from pipeline.errors import SiteError
from pipeline.site import Site
from pipeline.spool.scan import faults
from pipeline.store.damage import set_aside
from pipeline.store.queries import content_hash
from pipeline.store.store import Store

RECEIPTS = "select receipt from receipt order by seq"


class Rebuilt(msgspec.Struct, frozen=True):
    """How many frames were read, the new store's content hash, and whether the old store said the same.

    `faults` are the spool's, each in a sentence; `kept` is where the old store lies if it holds what the spool lacks.
    """

    frames: int
    content: str
    equal: bool | None
    faults: tuple[str, ...] = ()
    kept: Path | None = None


class Before(NamedTuple):
    """The release of the present store, what it says, and its receipts; no content where it cannot be read."""

    release: str
    content: str | None = None
    receipts: tuple[str, ...] = ()


def rebuild(site: Site, *, on_trial: bool = False) -> Rebuilt:
    """Build beside the present store, then take its place, unless it is `on_trial`.

    Raises SiteError; the present store then stays.
    """
    fresh = site.home.store.with_name("store.rebuilding.duckdb")
    spool = site.spool  # nobody else can be building now
    _remove_all(fresh)
    before = _before(site)
    with Store(fresh) as store:
        frames = site.loader_of(store, before.release).catch_up()
        content = content_hash(store)
        found = {row["receipt"] for row in store.rows(RECEIPTS)}
    lost = [receipt for receipt in before.receipts if receipt not in found]
    same = None if before.content is None else before.content == content
    found_wrong = tuple(faults(sorted(spool.damages), lost))
    if on_trial:
        _remove_all(fresh)
        return Rebuilt(frames, content, same, found_wrong)
    return Rebuilt(frames, content, same, found_wrong, _replace(site.home.store, fresh, keep=bool(lost)))


def _replace(present: Path, fresh: Path, *, keep: bool) -> Path | None:
    """Put the fresh store into the present one's place; where the present one is kept, if it is."""
    kept = set_aside(present, "earlier") if keep else None
    for old in present.parent.glob(present.name + ".wal"):
        old.unlink()
    fresh.replace(present)
    _remove_all(fresh)
    return kept


def _remove_all(fresh: Path) -> None:
    """Remove a store that was being built, with all that lies beside it."""
    for left_over in fresh.parent.glob(fresh.name + "*"):
        left_over.unlink()


def _before(site: Site) -> Before:
    """The present store, brought up to the spool; it is closed afterwards.

    Under the site's release, and without content, where there is no store, or none that can still be read.
    """
    usual = site.release.version if site.release else ""
    if not site.home.store.exists():
        return Before(usual)
    try:
        with Store(site.home.store) as store:
            if store.rebuild_needed:
                return Before(usual)
            site.loader_of(store, usual).catch_up()
            receipts = tuple(row["receipt"] for row in store.rows(RECEIPTS))
            return Before(store.release_in_use or usual, content_hash(store), receipts)
    except SiteError:
        return Before(usual)
