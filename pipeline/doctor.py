"""Whether this machine and this site are fit for the work: what was looked at, what was found, and the fix.

Nothing is changed by looking. Instruments are not spoken to: a port is looked for, a folder listed, an address tried,
but no byte is sent, because a connection may be the only one that an instrument accepts.
"""

import os
import platform
import shutil
import socket
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Literal

import msgspec

from instruments.errors import PortUnavailable
from instruments.host import WINDOWS
from instruments.sources.sightings import Sightings
from instruments.sources.taken import TAKEN
from instruments.sources.tls import client_context, server_context
from pipeline.config.addresses import host_and_port
from pipeline.config.export_folders import check_export_folders
from pipeline.config.problems import Problem, WrongSettings
from pipeline.config.settings import Instrument, SiteSettings
from pipeline.config.site_file import read_site
from pipeline.config.vocabulary import installed
from pipeline.errors import ConfigError, Unavailable
from pipeline.home import BUNDLED
from pipeline.spool.lock import take_lock
from pipeline.spool.reader import glance
from pipeline.spool.scan import faults
from pipeline.spool.segments import segment_paths
from pipeline.wiring import tls_files

Level = Literal["ok", "warning", "error"]
PACKAGES = ("instruments", "parsers", "pipeline")
YEARS = range(2025, 2100)
MEGABYTE = 1024 * 1024
SEVERAL = 4
"""How many times the low-water mark should be free, lest intake stops in the middle of a night."""


class Diagnosis(msgspec.Struct, frozen=True, omit_defaults=True):
    """One thing looked at: its area, how it is, in words, and if it is not well, what to do."""

    area: str
    level: Level
    message: str
    fix: str = ""


def examine(home: Path, site_file: Path | None) -> list[Diagnosis]:
    """Everything that can be looked at without disturbing anything, area by area. Never raises for what it finds."""
    site, configuration = _configuration(home, site_file)
    settings = site or SiteSettings(path=Path())
    running = _in_use(home / "spool")
    return [
        *_machine(),
        *_clock(datetime.now(UTC)),
        *_home(home),
        *_disk(home, settings.spool.low_water_mb),
        *configuration,
        *_nomenclature(_releases(home), settings.nomenclature.release),
        *_spool(home / "spool", running=running),
        *_store(home / "store.duckdb", _releases(home), running=running),
        *_instruments(settings.instruments, running=running),
        *_certificates(settings),
    ]


def set_aside(source: str, size: int, reason: str) -> Diagnosis:
    """What a source of the running service has brought that belongs to no message."""
    message = f"{size} bytes since the service started belonged to no message and were set aside; the last: {reason}"
    fix = (
        "Compare baud rate, parity, protocol (link) and end mark in the site file with what the instrument is set to; "
        "`graftline capture` shows what it sends. What is too large has to be sent in smaller messages."
    )
    return Diagnosis(f"from {source}", "warning", message, fix)


def from_service(told: str) -> list[Diagnosis]:
    """The findings of a running service, which told them in JSON, one a line."""
    return [msgspec.json.decode(line, type=Diagnosis) for line in told.splitlines()]


def _machine() -> Iterator[Diagnosis]:
    yield Diagnosis("machine", "ok", f"Python {platform.python_version()} on {platform.platform(terse=True)}")
    owners = packages_distributions()
    for name in PACKAGES:
        strangers = sorted(set(owners.get(name, ())) - {"graftline"})
        if strangers:
            message = f'the package name "{name}" is also used by {", ".join(strangers)}'
            yield Diagnosis("machine", "error", message, "Install Graftline into an environment of its own.")


def _clock(now: datetime) -> Iterator[Diagnosis]:
    stated = f"the clock says {now:%Y-%m-%d %H:%M} UTC"
    if now.year in YEARS:
        yield Diagnosis("clock", "ok", stated)
    else:
        fix = "Set the clock, and let a time service keep it right; receipts carry its time."
        yield Diagnosis("clock", "error", stated, fix)


def _home(home: Path) -> Iterator[Diagnosis]:
    if not home.exists():
        yield from _home_to_be(home)
    elif not home.is_dir():
        yield Diagnosis("data folder", "error", f"{home} is not a folder", "Name another with --home.")
    elif not os.access(home, os.R_OK | os.W_OK | os.X_OK):
        fix = "Give the account that runs Graftline the right to write there, or name another folder with --home."
        yield Diagnosis("data folder", "error", f"{home} cannot be written", fix)
    elif not WINDOWS and home.stat().st_mode & 0o077:
        message = f"{home} can be entered by other accounts of this machine"
        yield Diagnosis("data folder", "warning", message, f"chmod 700 {home}; the next command does it by itself.")
    else:
        yield Diagnosis("data folder", "ok", f"{home} is writable and private")


def _home_to_be(home: Path) -> Iterator[Diagnosis]:
    parent = _nearest(home)
    if os.access(parent, os.W_OK | os.X_OK):
        yield Diagnosis("data folder", "ok", f"{home} is not there yet; the first command makes it")
    else:
        fix = (
            f"Make it and give it to the account that runs Graftline, or name another with --home: {parent} is closed."
        )
        yield Diagnosis("data folder", "error", f"{home} is not there and cannot be made", fix)


def _nearest(path: Path) -> Path:
    """The path, or the nearest folder above it that exists."""
    return next(folder for folder in (path, *path.absolute().parents) if folder.exists())


def _disk(home: Path, low_water_mb: int) -> Iterator[Diagnosis]:
    free = shutil.disk_usage(_nearest(home)).free // MEGABYTE
    message = f"{free} MB free, low-water mark {low_water_mb} MB"
    if free < low_water_mb:
        yield Diagnosis(
            "disk", "error", f"{message}: nothing is accepted", "Free space on the disk of the data folder."
        )
    elif free < SEVERAL * low_water_mb:
        yield Diagnosis("disk", "warning", f"{message}: intake will stop soon", "Free space, or move the data folder.")
    else:
        yield Diagnosis("disk", "ok", message)


def _configuration(home: Path, site_file: Path | None) -> tuple[SiteSettings | None, list[Diagnosis]]:
    area = "configuration"
    try:
        site = read_site(site_file, installed([BUNDLED / "profiles", home / "profiles"]))
        check_export_folders(site, home)
    except WrongSettings as wrong:
        return None, [_problem(problem) for problem in wrong.problems]
    except ConfigError as error:
        return None, [Diagnosis(area, "error", str(error), "Correct the file.")]
    return site, [Diagnosis(area, "ok", f"{site.path}: {len(site.instruments)} instruments, every setting is right")]


def _problem(problem: Problem) -> Diagnosis:
    bare = msgspec.structs.replace(problem, advice="")
    return Diagnosis("configuration", "error", str(bare), problem.advice or "Correct this line of the file.")


def _releases(home: Path) -> list[str]:
    """The installed releases."""
    return sorted(path.parent.name for path in home.glob("nomenclature/[0-9]*/Allelelist.txt"))


def _nomenclature(found: list[str], wanted: str | None) -> Iterator[Diagnosis]:
    install = f"graftline nomenclature install {wanted or '3.58.0'}"
    if wanted and wanted not in found:
        message = f"release {wanted} of the site file is not installed"
        yield Diagnosis("nomenclature", "error", message, f"Run: {install}")
    elif not found:
        message = "no release is installed; typings are kept as printed, without a GL String"
        yield Diagnosis("nomenclature", "warning", message, f"Run: {install}")
    else:
        yield Diagnosis("nomenclature", "ok", "installed: " + ", ".join(found))


def _in_use(spool: Path) -> bool:
    """Whether a service or a command is at work on the spool."""
    if not (spool / "lock").exists():
        return False
    try:
        take_lock(spool).close()
    except Unavailable:
        return True
    except OSError:  # it is not ours to open; the data folder's finding says so
        return False
    return False


def _spool(spool: Path, *, running: bool) -> Iterator[Diagnosis]:
    try:
        segments = segment_paths(spool) if spool.exists() else []
        size = sum(path.stat().st_size for path in segments) // MEGABYTE
        found = faults(glance(spool), lost=()) if segments else []
    except OSError as error:
        fix = "Give the account that runs Graftline the right to read it."
        yield Diagnosis("spool", "error", f"{spool} cannot be read: {error.strerror}", fix)
        return
    for fault in found:
        yield Diagnosis("spool", "error", fault, "Run: graftline verify")
    if not found:
        user = "a running service or command" if running else "nobody"
        read = "; only the newest was read through" if len(segments) > 1 else ""
        yield Diagnosis("spool", "ok", f"{len(segments)} segments, {size} MB, in use by {user}{read}")


def _store(path: Path, releases: list[str], *, running: bool) -> Iterator[Diagnosis]:
    if not path.exists():
        yield Diagnosis("store", "ok", "not there yet; the first command makes it")
    elif running:
        yield Diagnosis("store", "ok", "in use by a running service or command")
    else:
        yield _opened(path, releases)


def _opened(path: Path, releases: list[str]) -> Diagnosis:
    import duckdb  # noqa: PLC0415  # slow to load, and only wanted where a store stands idle

    try:
        with duckdb.connect(str(path), read_only=True, config={"enable_external_access": False}) as store:
            in_use = store.execute("select release from release_in_use").fetchone()
    except duckdb.CatalogException:  # made and never filled
        in_use = None
    except duckdb.IOException as error:
        if "lock" in str(error).lower():
            message = "another program has the store open"
            return Diagnosis("store", "error", message, "Close that program; give analysts a snapshot instead.")
        return Diagnosis("store", "error", "the store cannot be opened", "Run: graftline rebuild")
    except duckdb.Error:
        return Diagnosis("store", "error", "the store is damaged", "Run: graftline rebuild")
    if in_use and in_use[0] and in_use[0] not in releases:
        message = f"nothing can be loaded: its typings are read under release {in_use[0]}, which is not installed"
        return Diagnosis("store", "error", message, f"Run: graftline nomenclature install {in_use[0]}")
    return Diagnosis("store", "ok", "opens")


def _instruments(instruments: tuple[Instrument, ...], *, running: bool) -> Iterator[Diagnosis]:
    looks = {"port": _port, "listen": _listen, "connect": _connect, "folder": _folder}
    for instrument in instruments:
        if running and instrument.source == "listen":
            yield Diagnosis(
                f"instrument {instrument.name}", "ok", f"{instrument.address} belongs to the running service"
            )
        else:
            yield looks[instrument.source](f"instrument {instrument.name}", instrument.address)
        yield from _places(instrument)
        yield from _left_alone(instrument)


def _certificates(settings: SiteSettings) -> Iterator[Diagnosis]:
    """Certificates of encrypted lines that cannot be used."""
    lines = [(f"instrument {each.name}", each.source == "listen", each.tls) for each in settings.instruments]
    lines += [(f"destination {each.name}", False, each.tls) for each in settings.destinations]
    for area, is_server, tls in lines:
        files = tls_files(tls)
        try:
            if files:
                _ = server_context(files) if is_server else client_context(files)
        except PortUnavailable as fault:
            fix = "Correct the files in the site file, or give the account that runs Graftline the right to read them."
            yield Diagnosis(area, "error", str(fault), fix)


def _places(instrument: Instrument) -> Iterator[Diagnosis]:
    """Folders that its files shall be put into, and cannot be."""
    for place in filter(None, (instrument.files.taken, instrument.files.quarantine)):
        nearest = _nearest(Path(place))
        if not nearest.is_dir() or not os.access(nearest, os.W_OK | os.X_OK):
            fix = (
                "Mount the share, correct the folder, or give the account that runs Graftline the right to write there."
            )
            yield Diagnosis(f"instrument {instrument.name}", "warning", f"nothing can be put into {place}", fix)


def _left_alone(instrument: Instrument) -> Iterator[Diagnosis]:
    """What lies in its export folder and would not be taken in; how long a file has been empty one look cannot tell."""
    if instrument.source != "folder":
        return
    folder, files = Path(instrument.address), instrument.files
    own = [Path(files.taken or folder / TAKEN), *([Path(files.quarantine)] if files.quarantine else [])]
    sightings = Sightings(folder, settle=0.0, give_up=0.0, clock=time.monotonic, spared=own)
    with suppress(OSError):  # a folder that is not there has its own finding
        sightings.look()
    if sightings.left_alone:
        message = f"{sightings.left_alone} links, pipes or unreadable folders in {folder} are left alone"
        fix = "Give the account that runs Graftline the right to read the folders; put files there, and not links."
        yield Diagnosis(f"instrument {instrument.name}", "warning", message, fix)
    if empty := sightings.empty():
        message = f"{empty} empty {'file waits' if empty == 1 else 'files wait'} in {folder}: a failed export?"
        fix = "If they stay empty, export them again, and delete the empty ones: an empty file is never taken in."
        yield Diagnosis(f"instrument {instrument.name}", "warning", message, fix)


def _port(area: str, address: str) -> Diagnosis:
    if "://" in address:
        return Diagnosis(area, "ok", f"{address} is opened when the service runs; not tried")
    from serial.tools.list_ports import comports  # noqa: PLC0415  # looks at the machine's buses when loaded on Windows

    present = sorted(port.device for port in comports())
    if address not in present and not Path(address).exists():
        listed = ", ".join(present) or "none"
        fix = f"Plug it in, or correct the port in the site file. Ports on this machine: {listed}."
        return Diagnosis(area, "error", f"{address} is not there", fix)
    if not WINDOWS and not os.access(address, os.R_OK | os.W_OK):
        fix = "Add the account that runs Graftline to the group that owns it (often dialout)."
        return Diagnosis(area, "error", f"{address} is there but may not be opened", fix)
    return Diagnosis(area, "ok", f"{address} is there")


def _listen(area: str, address: str) -> Diagnosis:
    host, port = host_and_port(address)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as trial:
        if not WINDOWS:  # there the option would let two programs share one port
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((host, port))
        except OSError as error:
            fix = "Stop the program that has it, or choose another address or port."
            return Diagnosis(area, "error", f"cannot listen on {address}: {error.strerror or 'unknown address'}", fix)
    return Diagnosis(area, "ok", f"{address} can be listened on")


def _connect(area: str, address: str) -> Diagnosis:
    host, port = host_and_port(address)
    try:
        socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError:
        fix = "Correct the name in the site file, or state the address as numbers."
        return Diagnosis(area, "error", f"no machine is known by the name {host}", fix)
    return Diagnosis(area, "ok", f"{address} is connected to when the service runs; not tried")


def _folder(area: str, address: str) -> Diagnosis:
    if not Path(address).is_dir():
        return Diagnosis(area, "warning", f"{address} is not there", "Mount the share, or correct the folder.")
    if not os.access(address, os.R_OK | os.X_OK):
        return Diagnosis(
            area, "error", f"{address} cannot be read", "Give the account that runs Graftline the right to."
        )
    if not os.access(address, os.W_OK):
        message = f"{address} is read-only: files taken stay where they are, and it is remembered which"
        return Diagnosis(
            area, "warning", message, "Give the account that runs Graftline the right to move files there."
        )
    return Diagnosis(area, "ok", f"{address} is readable and writable")
