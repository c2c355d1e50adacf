"""The service: every instrument of the site in a thread of its own, one loader, until told to stop."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec

from instruments.sources.source import Source
from pipeline.errors import SiteError
from pipeline.mistake import told
from pipeline.quarantine_folder import Marks, QuarantineFolder
from pipeline.site import Site
from pipeline.wiring import courier_to, source_of

SOURCES_SECONDS = 5.0
LOADER_SECONDS = 3.0
RETRY_SECONDS = 5.0
NOISE = (
    "{} belonged to no message and were set aside; look at baud rate, protocol and end mark (graftline doctor says why)"
)


class SourceReport(msgspec.Struct, frozen=True):
    """How one source is doing, at one moment; `noise_reason` is why the last bytes were set aside."""

    name: str
    state: str
    detail: str
    messages: int
    refusals: int
    noise_bytes: int
    noise_reason: str = ""

    @property
    def headline(self) -> str:
        """How it is doing in a few words. They change rarely: of bytes set aside they tell the order of magnitude."""
        noise = NOISE.format(_about(self.noise_bytes)) if self.noise_bytes else ""
        remarks = "; ".join(filter(None, (self.detail, noise)))
        return ": ".join(filter(None, (self.state, remarks)))


def _about(size: int) -> str:
    """The order of magnitude of so many bytes."""
    tens = len(str(size)) - 1
    return f"{10**tens} bytes or more" if tens else "a few bytes"


class Silence:
    """How long an instrument has been silent by our own clock; more than `usual` seconds are worth a remark."""

    def __init__(self, usual: float) -> None:
        self._usual = usual
        self._seen = 0
        self._since = time.monotonic()

    def remark(self, messages: int) -> str:
        """A remark if the instrument has been silent for longer than it usually is."""
        if messages != self._seen:
            self._seen, self._since = messages, time.monotonic()
        hours = (time.monotonic() - self._since) / 3600
        return f"no message for {hours:.0f} hours; is it on, and is the cable in?" if hours * 3600 > self._usual else ""


class Service:
    """A site at work. Open it, watch its `reports()`, and close it: everything acknowledged is then on disk.

    Raises Unavailable if another process has the spool, ConfigError for an instrument that cannot be.
    """

    def __init__(self, site: Site) -> None:
        self.site = site
        self.stopping = threading.Event()
        self.trouble = ""
        spool = site.spool  # also where there is no instrument: one service at a time
        self.sources: list[Source] = [
            source_of(each, spool, site.profiles, site.worklist, site.taken_files) for each in site.settings.instruments
        ]
        self.couriers: list[Source] = [
            *(courier_to(each, spool, lambda: site.store) for each in site.settings.destinations),
            *quarantine_folders(site),
        ]
        self._mishaps: dict[str, str] = {}
        self._silences = {
            each.name: Silence(each.silence_hours * 3600) for each in site.settings.instruments if each.silence_hours
        }
        self._threads: list[threading.Thread] = []
        self._loading = threading.Thread(target=self._load, name="loader", daemon=True)

    def start(self) -> None:
        """Begin to listen and to load."""
        self._loading.start()
        for source in (*self.sources, *self.couriers):
            thread = threading.Thread(target=self._listen, args=(source,), name=source.name, daemon=True)
            thread.start()
            self._threads.append(thread)

    def stop(self) -> bool:
        """Stop listening, then load what has arrived; within ten seconds, whatever the sources do.

        False if the loader is still at work: what it has not loaded is in the spool, and loaded at the next start.
        """
        self.stopping.set()
        until = time.monotonic() + SOURCES_SECONDS
        for thread in self._threads:
            thread.join(max(0.0, until - time.monotonic()))
        if self._loading.is_alive():
            self._loading.join(LOADER_SECONDS)
        if self._loading.is_alive():
            return False
        self.site.close()
        return True

    def reports(self) -> Iterator[SourceReport]:
        """How every source is doing, and everything that carries something out."""
        for source in (*self.sources, *self.couriers):
            status = source.status
            silence = self._silences.get(source.name)
            remark = silence.remark(status.messages) if silence else ""
            detail = self._mishaps.get(source.name) or status.detail or remark
            yield SourceReport(
                source.name,
                status.state,
                detail,
                status.messages,
                status.refusals,
                status.noise_bytes,
                status.noise_reason,
            )

    def headlines(self) -> dict[str, str]:
        """In a few words how every source and the loader are doing. No name, identifier or typing is in them."""
        return {**{report.name: report.headline for report in self.reports()}, "loader": self.trouble or "up"}

    def _listen(self, source: Source) -> None:
        """Keep a source at work: a mistake of ours must not make an instrument deaf until somebody notices."""
        while not self.stopping.is_set():
            try:
                source.run(self.stopping)
            except Exception as mistake:
                self._mishaps[source.name] = told(mistake)
                self.stopping.wait(RETRY_SECONDS)

    def _load(self) -> None:
        """Keep the store up with the spool; a store that is out of reach is tried again, while intake goes on."""
        while not self.stopping.is_set():
            try:
                loader = self.site.loader
                self.trouble = ""
                loader.follow(self.site.spool, self.stopping)
            except Exception as trouble:
                self.trouble = str(trouble) if isinstance(trouble, SiteError) else told(trouble)
                self.site.let_go_of_dead_store()
                self.stopping.wait(RETRY_SECONDS)


def quarantine_folders(site: Site) -> Iterator[QuarantineFolder]:
    """What puts unreadable files where people look for them, for every instrument that names such a folder."""
    marks = Marks(site.home.put_aside)
    for instrument in site.settings.instruments:
        if place := instrument.files.quarantine:
            yield QuarantineFolder(instrument.name, Path(place), site.spool, lambda: site.store, marks)
