"""Export folders held against data folders: everything in an export folder is taken in and moved away.

So none may be a data folder, hold one, or lie in a part of one that is Graftline's own; a folder of the site's own
inside the data folder does no harm. Nor may snapshots for the matcher be put into one.
"""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from instruments.sources.sightings import is_data_folder
from pipeline.config.folders import real
from pipeline.config.settings import Instrument, SiteSettings
from pipeline.errors import ConfigError

OWN = ("spool", "nomenclature", "profiles", "snapshots")
"""The folders of a data folder that Graftline writes."""


def check_export_folders(site: SiteSettings, home: Path) -> None:
    """Raises ConfigError for an export folder from which a data folder, or a snapshot, would be moved away."""
    if site.feed.publish_to:
        check_feed_folder(site, Path(site.feed.publish_to))
    for instrument in site.instruments:
        if instrument.source != "folder":
            continue
        _check_places(instrument, home, str(site.path))
        folder = real(instrument.address)
        if met := next((each for each in _data_folders(folder, real(home)) if _would_take(folder, each)), None):
            raise ConfigError(
                f'the export folder {instrument.address} of the instrument "{instrument.name}" is, holds or lies '
                f"inside the data folder {met}, which would be moved away file by file; name a folder that lies "
                "elsewhere, or another data folder with --home",
                str(site.path),
            )


def check_feed_folder(site: SiteSettings, folder: Path) -> None:
    """Raises ConfigError for a folder from which an instrument would take the matcher's snapshot in."""
    for instrument in site.instruments:
        if instrument.source == "folder" and real(folder).is_relative_to(real(instrument.address)):
            raise ConfigError(
                f"a snapshot for the matcher would be put into {folder}, which is or lies in the export folder "
                f'{instrument.address} of the instrument "{instrument.name}", and be moved away from there; name a '
                "folder that lies elsewhere",
                str(site.path),
            )


def _check_places(instrument: Instrument, home: Path, site_file: str) -> None:
    """Raises ConfigError where files would be put among those that Graftline writes for itself."""
    for place in filter(None, (instrument.files.taken, instrument.files.quarantine)):
        if any(real(place).is_relative_to(real(home) / own) for own in OWN):
            raise ConfigError(
                f'files of the instrument "{instrument.name}" would be put into {place}, among those that Graftline '
                "writes for itself; name a folder that lies elsewhere",
                site_file,
            )


def _data_folders(folder: Path, home: Path) -> Iterator[Path]:
    """Ours, and those of others at, above and directly in an export folder; the scan itself spares deeper ones."""
    yield home
    yield from filter(is_data_folder, (folder, *folder.parents))
    with suppress(OSError):  # not there yet, or a share that is away
        yield from (spool.parent for spool in folder.glob("*/spool") if is_data_folder(spool.parent))


def _would_take(folder: Path, home: Path) -> bool:
    return home.is_relative_to(folder) or any(folder.is_relative_to(home / own) for own in OWN)
