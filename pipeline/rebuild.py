"""The store, made again from the spool: read every frame, take every decision, and put the result in the old place."""

import msgspec

from pipeline.errors import SiteError
from pipeline.loader import Loader
from pipeline.site import Site
from pipeline.store.queries import content_hash
from pipeline.store.store import Store


class Rebuilt(msgspec.Struct, frozen=True):
    """How many frames were read, the new store's content hash, and whether the old store said the same."""

    frames: int
    content: str
    equal: bool | None


def rebuild(site: Site) -> Rebuilt:
    """Build beside the present store, then take its place. Raises SiteError; the present store then stays."""
    fresh = site.home.store.with_name("store.rebuilding.duckdb")
    for left_over in site.home.store.parent.glob(fresh.name + "*"):
        left_over.unlink()
    with Store(fresh) as store:
        frames = Loader(site.spool, store, site.bench, destinations=site.destinations).catch_up()
        content = content_hash(store)
    before = _content_before(site)
    for old in site.home.store.parent.glob(site.home.store.name + ".wal"):
        old.unlink()
    fresh.replace(site.home.store)
    for left_over in site.home.store.parent.glob(fresh.name + "*"):
        left_over.unlink()
    return Rebuilt(frames, content, None if before is None else before == content)


def _content_before(site: Site) -> str | None:
    """What the present store says, brought up to the spool, as far as it can still be read; it is closed afterwards."""
    if not site.home.store.exists():
        return None
    try:
        with Store(site.home.store) as store:
            if store.rebuild_needed:
                return None
            Loader(site.spool, store, site.bench).catch_up()
            return content_hash(store)
    except SiteError:
        return None
