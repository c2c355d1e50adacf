"""From an instrument or destination of the site file to a source or courier at work: its port, its link, its spool."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from msgspec.structs import asdict

from instruments.errors import Refused
from instruments.links.astm import AstmLink
from instruments.links.astm_raw import unframed_records
from instruments.links.astm_table import AstmSettings
from instruments.links.lines import LineReceiver, LineSettings
from instruments.links.link import Link, Respond
from instruments.links.mllp import MllpReceiver
from instruments.links.printer import PrinterReceiver
from instruments.sources.claims import Claims
from instruments.sources.connector import Connector
from instruments.sources.courier import Courier, CourierSettings
from instruments.sources.folder import Folder, FolderSettings
from instruments.sources.listener import InstrumentListener
from instruments.sources.serial_port import SerialPort, SerialSettings
from instruments.sources.shared_listener import SharedListener
from instruments.sources.source import Intake, Source
from instruments.sources.tls import TlsFiles
from parsers.canonical_marks import APPLICATION
from parsers.completeness import looks_whole
from parsers.format import Profile
from pipeline.config.control_characters import spelled
from pipeline.config.settings import Destination, Instrument, Tls
from pipeline.config.vocabulary import ORDERS
from pipeline.errors import ConfigError, SiteError
from pipeline.hl7.acknowledgement import acknowledge
from pipeline.intake import SpoolIntake
from pipeline.outbox import SiteOutbox, read_reply
from pipeline.spool.spool import Spool
from pipeline.store.store import Store
from pipeline.worklist.host_query import answers
from pipeline.worklist.intake import OrderIntake
from pipeline.worklist.orders import Worklist

ASTM_TIMERS = {
    "frame": "patience_seconds",
    "rest_of_frame": "rest_of_frame_seconds",
    "reply": "reply_seconds",
    "busy": "busy_seconds",
    "host_contention": "contention_seconds",
    "yielded": "yield_seconds",
    "tries": "tries",
}
"""The link's settings, and by which name an instrument changes them."""
ASTM_SILENCE = 30.0
"""Seconds without a byte after which a message that comes without frames is given up."""
PRINTER_SILENCE = 5.0
"""Seconds without a byte after which a printed job is over."""
MLLP_SILENCE = 60.0
"""Seconds without a byte after which a block that has begun is given up."""


def source_of(
    instrument: Instrument,
    spool: Spool,
    profiles: tuple[Profile, ...],
    worklist: Worklist,
    claims: Claims | None = None,
) -> Source:
    """The source that watches this instrument. Raises ConfigError, PortUnavailable."""
    intake = intake_of(instrument, spool, worklist)
    name, address = instrument.name, instrument.address
    tls = tls_files(instrument.tls)
    if instrument.source == "folder":
        return folder_of(instrument, intake, claims)
    make_link = link_maker(instrument, profiles, worklist)
    if instrument.source == "port":
        settings = SerialSettings(**asdict(instrument.serial))
        return SerialPort(name, address, make_link(), intake, settings=settings)
    if instrument.source == "connect":
        return Connector(name, address, make_link(), intake, tls=tls)
    if instrument.link in ("mllp", ORDERS):  # every block stands alone, so any number of senders may share the port
        return SharedListener(name, address, make_link, intake, tls=tls)
    return InstrumentListener(name, address, make_link(), intake, tls=tls)


def tls_files(tls: Tls | None) -> TlsFiles | None:
    """The certificates of an encrypted line; None for a line that is not encrypted."""
    return TlsFiles(**asdict(tls)) if tls else None


def courier_to(destination: Destination, spool: Spool, store: Callable[[], Store]) -> Courier:
    """What delivers to this destination. Raises PortUnavailable for certificates that cannot be used."""
    settings = CourierSettings(
        reply=destination.reply_seconds, longest_delay=destination.longest_delay_seconds, tries=destination.tries
    )
    outbox = SiteOutbox(destination.name, spool, store)
    tls = tls_files(destination.tls)
    return Courier(f"to {destination.name}", destination.connect, outbox, read_reply, settings=settings, tls=tls)


def folder_of(instrument: Instrument, intake: Intake, claims: Claims | None = None) -> Folder:
    """The export folder of this instrument under watch; without `claims` a stop makes it forget what it took."""
    files = instrument.files
    settings = FolderSettings(
        settle=files.settle_seconds,
        give_up=files.give_up_seconds,
        taken=Path(files.taken) if files.taken else None,
        spared=(Path(files.quarantine),) if files.quarantine else (),
    )
    return Folder(
        instrument.name,
        Path(instrument.address),
        intake,
        settings=settings,
        complete=lambda raw: looks_whole(raw, files.end_mark or ""),
        claims=claims,
    )


def intake_of(instrument: Instrument, spool: Spool, worklist: Worklist) -> Intake:
    """Where this instrument's messages go: into the spool, or orders into the work list."""
    if instrument.link == ORDERS:
        return OrderIntake(worklist)
    return SpoolIntake(spool, instrument.name, instrument.format or "")


def link_maker(instrument: Instrument, profiles: tuple[Profile, ...], worklist: Worklist) -> Callable[[], Link]:
    """What makes a fresh link engine for this instrument. Raises ConfigError."""
    patience = instrument.timers.patience_seconds
    if instrument.link == "astm":
        return lambda: AstmLink(settings=astm_settings(instrument), respond=answerer(instrument, worklist))
    if instrument.link in ("mllp", ORDERS):
        return lambda: MllpReceiver(answer, silence=patience or MLLP_SILENCE)
    if instrument.link == "astm_raw":
        return lambda: unframed_records(silence=patience or ASTM_SILENCE, respond=answerer(instrument, worklist))
    if instrument.link == "printer":
        return lambda: PrinterReceiver(silence=patience or PRINTER_SILENCE)
    if instrument.link == "lines":
        settings = line_settings(instrument, profiles)
        return lambda: LineReceiver(settings)
    raise ConfigError(f'the instrument "{instrument.name}" names a link that is not there: "{instrument.link}"')


def answerer(instrument: Instrument, worklist: Worklist) -> Respond:
    """What answers this analyser's questions from the work list."""

    def respond(message: bytes) -> list[bytes]:
        try:
            now = datetime.now()  # noqa: DTZ005  # LIS02-A2 wants local time
            place = instrument.astm.query_specimen
            return answers(message, worklist, instrument.name, sender=APPLICATION, now=now, place=place)
        except (SiteError, OSError):
            return []  # the message itself is kept and must be acknowledged, whatever the work list is like

    return respond


def astm_settings(instrument: Instrument) -> AstmSettings:
    """The standard's timers and sizes, with those that this instrument changes."""
    changed = {setting: getattr(instrument.timers, stated) for setting, stated in ASTM_TIMERS.items()}
    return AstmSettings(
        longest_text=instrument.astm.longest_text,
        a_frame_for_each_record=not instrument.astm.packed,
        largest_frame=instrument.astm.largest_frame,
        sessions=instrument.astm.sessions,
        **{setting: value for setting, value in changed.items() if value is not None},
    )


def line_settings(instrument: Instrument, profiles: tuple[Profile, ...]) -> LineSettings:
    """How this device marks its lines, and by its profile its runs. Raises ConfigError."""
    begins, ends = run_marks(instrument, profiles)
    marks = instrument.lines
    return LineSettings(
        end=spelled(marks.end),
        start=spelled(marks.start or ""),
        gap=marks.gap_seconds,
        poll=spelled(marks.poll or ""),
        poll_every=marks.poll_seconds,
        begins=begins,
        ends=ends,
        silence=instrument.timers.patience_seconds,
    )


def run_marks(instrument: Instrument, profiles: tuple[Profile, ...]) -> tuple[bytes, bytes]:
    """The patterns of a run's first and last line, from the instrument's profile; empty if it has no profile."""
    if not instrument.profile:
        return b"", b""
    stream = next((each.settings.get("stream") for each in profiles if each.name == instrument.profile), None)
    if not isinstance(stream, dict) or not {"begins", "ends"} <= stream.keys():
        raise ConfigError(
            f'the profile "{instrument.profile}" of the instrument "{instrument.name}" does not say how a run begins '
            "and ends; expected a table [stream] with begins and ends"
        )
    return str(stream["begins"]).encode(), str(stream["ends"]).encode()


def answer(payload: bytes, refused: Refused | None) -> tuple[bytes, ...]:
    """The HL7 acknowledgements of a block, dated now."""
    return acknowledge(payload, refused=refused, now=datetime.now(UTC).isoformat(timespec="seconds"))
