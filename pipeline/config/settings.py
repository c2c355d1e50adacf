"""Every setting of the site file and of an instrument model: its type, its default, and in words what it takes.

These Structs are the one place where a setting is declared. The reader checks files against them, errors quote their
descriptions, and a test holds docs/configuration.md against them.
"""

from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta, Struct

Text = Annotated[str, Meta(min_length=1, max_length=200)]
Port = Annotated[int, Meta(ge=0, le=65535)]
Hours = Annotated[float, Meta(gt=0, le=8760)]
Release = Annotated[str, Meta(pattern=r"^[0-9]+\.[0-9]+\.[0-9]+$")]
State = Literal["invented", "published descriptions only", "verified on real messages"]
Tries = Annotated[int, Meta(ge=1, le=100)]
Switch = Annotated[bool, Meta(description="true or false, without quotes")]
Seconds = Annotated[float, Meta(gt=0, le=86400)]
Duration = Annotated[Seconds, Meta(description="a number of seconds, more than 0 and at most 86400")]
Limit = Annotated[Seconds | None, Meta(description="a number of seconds, more than 0 and at most 86400")]
Folder = Annotated[Text | None, Meta(description="a folder, a text in quotes")]
PemFile = Annotated[Text | None, Meta(description="a PEM file, a text in quotes")]
MARK = 'characters, control characters by name with blanks between: "CR LF", "STX", "ESC P"'
SourceKind = Literal["port", "listen", "connect", "folder"]


class Site(Struct, frozen=True, kw_only=True):
    """Whose data these are."""

    name: Annotated[Text, Meta(description="the name of the laboratory or registry, a text in quotes")] = "unnamed site"


class Nomenclature(Struct, frozen=True, kw_only=True):
    """Under which release of IPD-IMGT/HLA typings are expressed."""

    release: Annotated[Release | None, Meta(description='a release in quotes and three parts, such as "3.58.0"')] = None


class Spool(Struct, frozen=True, kw_only=True):
    """Where arrivals are written down before they are acknowledged."""

    low_water_mb: Annotated[
        Annotated[int, Meta(ge=64, le=1_000_000)], Meta(description="a whole number of megabytes, 64 to 1000000")
    ] = 512


class Store(Struct, frozen=True, kw_only=True):
    """How the store is loaded from the spool."""

    batch_receipts: Annotated[
        Annotated[int, Meta(ge=1, le=100_000)], Meta(description="a whole number of receipts, 1 to 100000")
    ] = 500


class Hl7(Struct, frozen=True, kw_only=True):
    """How our messages are written where receivers differ."""

    hla_c_code: Annotated[
        Literal["77636-9", "57297-4"],
        Meta(description='the LOINC code of HLA-C at high resolution: "77636-9", or the older "57297-4"'),
    ] = "77636-9"


class Feed(Struct, frozen=True, kw_only=True):
    """Where the matcher finds its snapshots."""

    publish_to: Folder = None


class Service(Struct, frozen=True, kw_only=True):
    """How the running service can be reached."""

    port: Annotated[Port, Meta(description="a port number from 0, for any free one, to 65535")] = 0
    allow_remote: Switch = False


class SerialLine(Struct, frozen=True, kw_only=True):
    """How a serial line is set."""

    baudrate: Annotated[
        Annotated[int, Meta(ge=50, le=4_000_000)], Meta(description="bits per second, such as 9600")
    ] = 9600
    bytesize: Annotated[Literal[5, 6, 7, 8], Meta(description="5, 6, 7 or 8 data bits")] = 8
    parity: Annotated[
        Literal["N", "E", "O", "M", "S"], Meta(description='"N" for none, "E" even, "O" odd, "M" mark or "S" space')
    ] = "N"
    stopbits: Annotated[Literal[1, 2], Meta(description="1 or 2 stop bits")] = 1
    xonxoff: Switch = False
    rtscts: Switch = False
    dtr: Switch = True
    rts: Switch = True


class Timers(Struct, frozen=True, kw_only=True):
    """How long a link waits; None where the link's own limit holds."""

    patience_seconds: Limit = None
    rest_of_frame_seconds: Limit = None
    reply_seconds: Limit = None
    busy_seconds: Limit = None
    contention_seconds: Limit = None
    yield_seconds: Limit = None
    tries: Annotated[Tries | None, Meta(description="a whole number of tries, 1 to 100")] = None


class Astm(Struct, frozen=True, kw_only=True):
    """How the link `astm` frames what it sends, how long a frame it takes, and how its queries name a specimen."""

    longest_text: Annotated[
        Annotated[int, Meta(ge=1, le=63_993)], Meta(description="a whole number of bytes, 1 to 63993")
    ] = 240
    packed: Switch = False
    largest_frame: Annotated[
        Annotated[int, Meta(ge=247, le=16_777_216)], Meta(description="a whole number of bytes, 247 to 16777216")
    ] = 64_000
    sessions: Annotated[Tries, Meta(description="a whole number of sessions, 1 to 100")] = 6
    query_specimen: Annotated[
        Annotated[int, Meta(ge=1, le=20)] | None, Meta(description="the number of a component of Q-3, 1 to 20")
    ] = None
    """None where a query names a specimen as LIS02-A2 has it."""


class Lines(Struct, frozen=True, kw_only=True):
    """How a device marks its lines (link `lines`), and what makes it talk; see `control_characters`."""

    end: Annotated[Text, Meta(description=MARK)] = "LF"
    start: Annotated[Text | None, Meta(description=MARK)] = None
    gap_seconds: Limit = None
    poll: Annotated[str | None, Meta(description=MARK)] = None
    """Empty where an instrument is not to be polled although its model says so."""
    poll_seconds: Duration = 1.0


class Tls(Struct, frozen=True, kw_only=True):
    """Certificates of a connection that is encrypted: PEM files."""

    cert: PemFile = None
    key: PemFile = None
    ca: PemFile = None


class Files(Struct, frozen=True, kw_only=True):
    """When a file in an export folder is taken to be complete, and where it goes then."""

    settle_seconds: Duration = 3.0
    give_up_seconds: Duration = 300.0
    end_mark: Annotated[Text | None, Meta(description="what the last line begins with, a text in quotes")] = None
    taken: Folder = None
    quarantine: Folder = None


class Manner(Struct, frozen=True, kw_only=True):
    """How an instrument talks, and in which format: what its model says, and a site may say otherwise."""

    link: Annotated[Text | None, Meta(description="the name of a link, a text in quotes")] = None
    format: Annotated[Text | None, Meta(description="the name of a format, a text in quotes")] = None
    profile: Annotated[Text | None, Meta(description="the name of a profile, a text in quotes")] = None
    silence_hours: Annotated[Hours | None, Meta(description="a number of hours, more than 0 and at most 8760")] = None
    serial: SerialLine = SerialLine()
    timers: Timers = Timers()
    astm: Astm = Astm()
    lines: Lines = Lines()
    files: Files = Files()


class InstrumentModel(Manner, frozen=True, kw_only=True):
    """What is known of an instrument model: how it talks, in which format, and how sure we are."""

    title: Annotated[Text, Meta(description="the model's name for people, a text in quotes")]
    vendor: Annotated[Text, Meta(description="the maker's name, a text in quotes")]
    state: Annotated[
        State, Meta(description='"invented", "published descriptions only" or "verified on real messages"')
    ]


class InstrumentEntry(Manner, frozen=True, kw_only=True):
    """One [[instrument]] as the site states it; what it leaves out comes from the model."""

    name: Annotated[Text, Meta(description="a name of your choice, a text in quotes")]
    model: Annotated[Text | None, Meta(description="the name of an instrument model, a text in quotes")] = None
    port: Annotated[Text | None, Meta(description='a serial port, such as "COM3" or "/dev/ttyUSB0"')] = None
    listen: Annotated[Text | None, Meta(description='our address and port, such as "127.0.0.1:5000"')] = None
    connect: Annotated[Text | None, Meta(description='the instrument\'s address and port: "10.0.0.7:4001"')] = None
    folder: Annotated[Text | None, Meta(description="an export folder, a text in quotes")] = None
    tls: Tls | None = None


class Destination(Struct, frozen=True, kw_only=True):
    """A peer to which every message of a new report is delivered, HL7 over MLLP."""

    name: Annotated[Text, Meta(description="a name of your choice, a text in quotes")]
    connect: Annotated[Text, Meta(description='the peer\'s address and port: "10.0.0.9:2575"')]
    reply_seconds: Duration = 30.0
    longest_delay_seconds: Duration = 60.0
    tries: Annotated[Tries, Meta(description="a whole number of tries, 1 to 100")] = 5
    tls: Tls | None = None


class SiteTables(Struct, frozen=True, kw_only=True):
    """The settings of a site that are there once."""

    site: Site = Site()
    nomenclature: Nomenclature = Nomenclature()
    spool: Spool = Spool()
    store: Store = Store()
    hl7: Hl7 = Hl7()
    feed: Feed = Feed()
    service: Service = Service()


class SiteFile(SiteTables, frozen=True, kw_only=True):
    """The tables of a site file, as they stand there."""

    instrument: tuple[InstrumentEntry, ...] = ()
    destination: tuple[Destination, ...] = ()


class Instrument(Manner, frozen=True, kw_only=True):
    """One instrument, ready to be opened: the site's settings over those of its model.

    `source` says what `address` is: a pyserial port or URL, host:port to listen on or to connect to, or an absolute
    folder. `link` is None for a folder alone, `format` where each file is to be recognised, and
    `timers.patience_seconds` where the link's own limit holds. `profile` names the layout that frames the stream.
    """

    name: str
    source: SourceKind
    address: str
    model: str | None = None
    tls: Tls | None = None


class SiteSettings(SiteTables, frozen=True, kw_only=True):
    """A checked site: its settings, every default filled in, and its instruments, ready to be opened."""

    path: Path
    instruments: tuple[Instrument, ...] = ()
    destinations: tuple[Destination, ...] = ()
