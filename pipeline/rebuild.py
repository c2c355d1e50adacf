"""The store, made again from the spool: read every frame, take every decision, and put the result in the old place."""

import msgspec

from pipeline.errors import SiteError
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
    release, before = _before(site)
    with Store(fresh) as store:
        frames = site.loader_of(store, release).catch_up()
        content = content_hash(store)
    for old in site.home.store.parent.glob(site.home.store.name + ".wal"):
        old.unlink()
    fresh.replace(site.home.store)
    for left_over in site.home.store.parent.glob(fresh.name + "*"):
        left_over.unlink()
    return Rebuilt(frames, content, None if before is None else before == content)


def _before(site: Site) -> tuple[str, str | None]:
    """The release of the present store, and what it says, brought up to the spool; it is closed afterwards.

    The site's release and None where there is no store, or none that can still be read.
    """
    usual = site.release.version if site.release else ""
    if not site.home.store.exists():
        return usual, None
    try:
        with Store(site.home.store) as store:
            if store.rebuild_needed:
                return usual, None
            site.loader_of(store, usual).catch_up()
            return store.release_in_use or usual, content_hash(store)
    except SiteError:
        return usual, None
