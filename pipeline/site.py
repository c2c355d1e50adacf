"""The parts of one site, each opened when it is first used: what commands and the service are made from."""

import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Generic, Self, TypeVar
from weakref import WeakSet

from parsers.errors import ParseError
from parsers.format import Format, Profile, load_formats, load_profiles
from pipeline.config.export_folders import check_export_folders
from pipeline.config.settings import SiteSettings
from pipeline.config.site_file import read_site
from pipeline.config.vocabulary import installed
from pipeline.errors import ConfigError, IntegrityError, Unavailable
from pipeline.home import Home
from pipeline.loader import Loader, first_release
from pipeline.normalise.nomenclature.install import open_release
from pipeline.normalise.nomenclature.release import Release
from pipeline.normalise.normaliser import Normaliser
from pipeline.outbox import open_destinations
from pipeline.process import Workbench
from pipeline.spool.spool import Spool
from pipeline.store.store import Store
from pipeline.taken_files import TakenFiles
from pipeline.worklist.orders import Worklist

MEGABYTE = 1024 * 1024
Part = TypeVar("Part")


def open_site(home: Path, site_file: Path | None) -> "Site":
    """The site of this data folder under this site file; the bundled one if none is given. Raises ConfigError."""
    folders = Home(home)
    settings = read_site(site_file, installed(folders.profile_folders))
    check_export_folders(settings, home)
    return Site(folders, settings)


class once(Generic[Part]):  # noqa: N801  # used like a property
    """A part of a site that is opened when it is first asked for, by one thread only, and kept."""

    def __init__(self, open_part: Callable[["Site"], Part]) -> None:
        self._open = open_part
        self._name = open_part.__name__
        self.__doc__ = open_part.__doc__

    def __get__(self, site: "Site", owner: type["Site"]) -> Part:
        with site.opening:
            if self._name not in site.__dict__:
                site.__dict__[self._name] = self._open(site)
            part: Part = site.__dict__[self._name]
            return part


class Site:
    """A data folder and its settings, with everything that is opened on them."""

    def __init__(self, home: Home, settings: SiteSettings) -> None:
        self.home = home
        self.settings = settings
        self.opening = threading.RLock()
        self._releases: dict[str, Release] = {}
        self._opened: WeakSet[Release] = WeakSet()

    @property
    def made_home(self) -> Home:
        """The data folder, made if need be, for what is about to be kept there. Raises Unavailable."""
        try:
            return self.home.make()
        except OSError as fault:
            raise Unavailable(
                f"the data folder {self.home.path} cannot be used: {fault.strerror}; name another with --home"
            ) from fault

    @once
    def profiles(self) -> tuple[Profile, ...]:
        """Log and table layouts, the program's and the site's."""
        return load_profiles(self.home.profile_folders)

    @once
    def formats(self) -> dict[str, Format]:
        """Every format that can be read. Raises ConfigError if one of them, or a profile, cannot be used."""
        try:
            return load_formats(self.profiles)
        except ParseError as error:
            raise ConfigError(error.message, error.where) from error

    @once
    def release(self) -> Release | None:
        """The site's nomenclature release; None as long as it is not installed: typings are then kept and flagged."""
        with suppress(Unavailable):
            return self.release_named(self.settings.nomenclature.release)
        return None

    def release_named(self, version: str | None) -> Release:
        """An installed release; the site's if none is named. Raises Unavailable."""
        release = open_release(self.home.nomenclature, version or self.settings.nomenclature.release)
        self._opened.add(release)
        return release

    @once
    def bench(self) -> Workbench:
        """What files are read with, under the site's nomenclature release."""
        return self._bench(self.release)

    def bench_of(self, version: str) -> Workbench:
        """What receipts are read with under a release; without one if it is empty. Raises Unavailable."""
        if self.release and version == self.release.version:
            return self.bench
        return self._bench(self.release_named(version) if version else None)

    def _bench(self, release: Release | None) -> Workbench:
        normaliser = Normaliser(release, self.release_if_installed)
        return Workbench(self.formats, normaliser, self.settings.site.name, self.settings.hl7.hla_c_code)

    def release_if_installed(self, version: str) -> Release | None:
        """An installed release, kept open; None if it is not installed."""
        with self.opening, suppress(Unavailable):
            if version not in self._releases:
                self._releases[version] = self.release_named(version)
            return self._releases[version]
        return None

    @property
    def working_release(self) -> Release:
        """The release that the store's typings are read under; the site's if there is none. Raises Unavailable."""
        return self.release_named(self._release_in_use or None)

    @property
    def working_bench(self) -> Workbench:
        """What is read with under the release that the store's typings are read under; the site's if it holds none."""
        in_use = self._release_in_use
        return self.bench if in_use is None else self.bench_of(in_use)

    @property
    def _release_in_use(self) -> str | None:
        """The release that the store's typings are read under; no store is made to find out that it has none."""
        return self.store.release_in_use if self.home.store.exists() else None

    @once
    def spool(self) -> Spool:
        """The spool, for this process alone. Raises Unavailable."""
        return Spool(self.made_home.spool, low_water=self.settings.spool.low_water_mb * MEGABYTE)

    @once
    def store(self) -> Store:
        """The store, for this process alone, as it was left. Raises Unavailable."""
        return Store(self.made_home.store)

    @once
    def worklist(self) -> Worklist:
        """What analysers are to measure."""
        return Worklist(self.made_home.worklist)

    @once
    def taken_files(self) -> TakenFiles:
        """What export folders have taken and are not done with."""
        return TakenFiles(self.made_home.taken_files)

    @once
    def loader(self) -> Loader:
        """From the spool into the store. Raises IntegrityError if the store has read what the spool has not."""
        self._hold_spool_against_store()
        loader = self.loader_of(self.store, self.release.version if self.release else "")
        open_destinations(self.spool, self.store, self.destinations)
        return loader

    def _hold_spool_against_store(self) -> None:
        """Raises IntegrityError where the end of the spool is missing, also when its numbers were given out again."""
        if self.store.last_seq > self.spool.last:
            self.spool.skip_to(self.store.last_seq)
            raise IntegrityError(
                f"the store has read the spool up to {self.store.last_seq}, but it ends at {self.spool.last}: "
                "the end of the spool is missing; restore it from the backup, or run `graftline rebuild` without it"
            )
        held = self.spool.latest_receipts()
        read = self.store.rows("select seq, receipt from receipt where seq >= ? order by seq", [min(held, default=0)])
        for row in read:
            if (other := held.get(row["seq"], row["receipt"])) != row["receipt"]:
                raise IntegrityError(
                    f"the store has read {row['receipt']}, and the spool holds {other} under that number: its end was "
                    "missing when that came. Nothing is loaded until `graftline rebuild` has read the spool from its "
                    "beginning; it keeps the store as it is now beside the new one"
                )

    def loader_of(self, store: Store, release: str) -> Loader:
        """From the spool into this store, which begins under `release` unless it or the spool says otherwise."""
        first = first_release(self.spool) if store.last_seq == 0 else None
        begun = release if first is None else first
        most = self.settings.store.batch_receipts
        return Loader(self.spool, store, self.bench_of, begun, most, self.destinations)

    @property
    def destinations(self) -> tuple[str, ...]:
        """The names of the peers that get every new message."""
        return tuple(each.name for each in self.settings.destinations)

    def let_go_of_dead_store(self) -> None:
        """Close a store that DuckDB has given up, as when a checkpoint found no room; who asks next opens it again."""
        with self.opening:
            store: Store | None = self.__dict__.get("store")
            if store is not None and not store.alive:
                self.__dict__.pop("loader", None)
                self.__dict__.pop("store").close()

    def ready_store(self) -> Store:
        """The store, with everything in it that the spool holds."""
        self.loader.catch_up()
        return self.store

    def close(self) -> None:
        """Let go of store and spool, and of the lists that names are looked up in."""
        for part in ("loader", "bench", "release"):
            self.__dict__.pop(part, None)
        self._releases.clear()
        for release in self._opened:
            release.close()
        self._opened.clear()
        for part in ("store", "spool"):
            if part in self.__dict__:
                self.__dict__.pop(part).close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
