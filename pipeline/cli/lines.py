"""Commands about a line by itself: capture, replay, simulate, listen."""

import time
from collections.abc import Iterator
from contextlib import closing, nullcontext, suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter
from cyclopts.validators import Number

from instruments.simulated.scenes import Fault
from pipeline.cli.answers import counted
from pipeline.cli.session import Here, Session
from pipeline.errors import ConfigError, Unavailable

if TYPE_CHECKING:
    from instruments.recording import Piece
    from instruments.simulated.wire import AcceptedWire, UrlWire

READ_SECONDS = 0.05
ANSWER_SECONDS = 5.0
ENOUGH = 64 * 1024
Seconds = Annotated[float, Parameter(name="--for", validator=Number(gt=0))]


def capture(
    port: str,
    *,
    into: Path | None = None,
    to: str = "",
    seconds: Seconds = 60.0,
    redact: Annotated[bool, Parameter(negative="")] = False,
    session: Here,
) -> int:
    """Record every byte of a line with its time and direction, until the time is up or Ctrl+C; nothing is answered.

    Parameters
    ----------
    port
        The port that the instrument is on, a serial device or a pyserial URL; or our address:port, where it connects.
    into
        The file for the recording; capture-DATE-TIME.jsonl here if not given.
    to
        Pass everything on to this port, and its answers back, so that instrument and host talk through us.
    seconds
        How long.
    redact
        Mask the records of people (P, PID).
    """
    from instruments.recording import redacted, write_recording  # noqa: PLC0415

    into = into or Path(f"capture-{datetime.now():%Y%m%d-%H%M%S}.jsonl")  # noqa: DTZ005  # a name for the person here
    with closing(heard_from(port, session)) as instrument, closing(opened(to)) if to else nullcontext() as host:
        pieces = until_interrupted(overheard(instrument, host, seconds))
        done = write_recording(session.at(into), redacted(list(pieces)) if redact else pieces)
    if session.answers.json:
        session.answers.object({"pieces": done.pieces, "bytes": done.bytes, "file": str(into)})
    else:
        session.answers.line(f"{counted(done.bytes, 'byte')} in {counted(done.pieces, 'piece')}, kept in {into}")
    return 0


def until_interrupted(pieces: "Iterator[Piece]") -> "Iterator[Piece]":
    """The pieces until there are no more, or until Ctrl+C: whoever ends a capture by it wants what was captured."""
    with suppress(KeyboardInterrupt):
        yield from pieces


def opened(url: str) -> "UrlWire":
    """A port by its URL. Raises Unavailable."""
    from instruments.simulated.wire import UrlWire  # noqa: PLC0415

    try:
        return UrlWire(url)
    except (OSError, ValueError) as fault:
        raise Unavailable(f"the port {url} cannot be opened: {fault}") from fault


def heard_from(address: str, session: Session) -> "UrlWire | AcceptedWire":
    """The line an instrument is on: a port that we open, or host:port on which it connects to us.

    Raises ConfigError for an address that other machines reach without leave, Unavailable.
    """
    from instruments.simulated.wire import AcceptedWire  # noqa: PLC0415
    from pipeline.config.addresses import REMOTE, host_and_port, is_loopback  # noqa: PLC0415

    if not is_ours(address):
        return opened(address)
    if not is_loopback(host_and_port(address)[0]) and not session.site.settings.service.allow_remote:
        raise ConfigError(f"the address {address} is open to other machines. {REMOTE}")
    try:
        return AcceptedWire(address)
    except OSError as fault:
        raise Unavailable(f"cannot listen on {address}: {fault.strerror or fault}") from fault


def is_ours(address: str) -> bool:
    """Whether this is host:port, where the instrument connects to us, and no port that we open."""
    from pipeline.config.addresses import HOST_AND_PORT  # noqa: PLC0415

    return HOST_AND_PORT.fullmatch(address) is not None


def overheard(instrument: "UrlWire | AcceptedWire", host: "UrlWire | None", seconds: float) -> "Iterator[Piece]":
    """What either side says, passed on to the other."""
    from instruments.recording import Piece  # noqa: PLC0415

    begun = time.monotonic()
    while (at := time.monotonic() - begun) < seconds:
        if said := instrument.read(READ_SECONDS):
            yield Piece(at, "instrument", said)
            if host:
                host.write(said)
        if host and (said := host.read(READ_SECONDS)):
            yield Piece(at, "host", said)
            instrument.write(said)


def replay(
    file: Path, *, port: str, speed: Annotated[float, Parameter(validator=Number(gt=0))] = 1.0, session: Here
) -> int:
    """Play the instrument's side of a recording on a line, and wait for as many bytes as the host then answered.

    Parameters
    ----------
    file
        The recording.
    port
        Where to play it: a serial device or a pyserial URL, such as socket://127.0.0.1:5000.
    speed
        How many times as fast as it was.
    """
    from instruments.recording import read_recording  # noqa: PLC0415

    try:
        pieces = read_recording(session.at(file))
    except ValueError as fault:
        raise ConfigError(f"{file} is no recording of graftline capture: {fault}") from None
    sent = answered = 0
    with closing(opened(port)) as line:
        before = pieces[0].at if pieces else 0.0
        for piece in pieces:
            if piece.side == "instrument":
                time.sleep(max(0.0, piece.at - before) / speed)
                line.write(piece.sent)
                sent += len(piece.sent)
            else:
                answered += len(awaited(line, len(piece.sent)))
            before = piece.at
    due = sum(len(piece.sent) for piece in pieces if piece.side == "host")
    if session.answers.json:
        session.answers.object({"sent": sent, "answered": answered, "expected": due})
    else:
        session.answers.line(f"{counted(sent, 'byte')} sent; {answered} came back, {due} in the recording")
    return int(answered < due)


def awaited(line: "UrlWire", size: int) -> bytes:
    """So many bytes, or fewer if the line falls silent."""
    answer = b""
    while len(answer) < size and (more := line.read(ANSWER_SECONDS)):
        answer += more
    return answer


def simulate(
    model: str,
    *,
    port: str,
    count: Annotated[int, Parameter(validator=Number(gte=1))] = 1,
    fault: Annotated[tuple[Fault, ...], Parameter(negative="")] = (),
    session: Here,
) -> int:
    """Play an instrument that is not there. Everything it sends is invented.

    Parameters
    ----------
    model
        An instrument model, as `graftline instruments` lists them.
    port
        Where it plays: a serial device or a pyserial URL, such as socket://127.0.0.1:5000.
    count
        How many messages it sends.
    fault
        What goes wrong on the way, where the link is astm.
    """
    from instruments.simulated.astm_sender import NotDelivered  # noqa: PLC0415
    from instruments.simulated.scenes import known, play  # noqa: PLC0415
    from pipeline.config.instrument_models import load_models, model_folders  # noqa: PLC0415
    from pipeline.config.vocabulary import installed  # noqa: PLC0415

    site = session.site
    models = load_models(model_folders(site.settings.path), installed(site.home.profile_folders))
    if model not in models:
        raise ConfigError(f'there is no instrument model "{model}"; expected one of: {", ".join(sorted(models))}')
    link, faults = models[model].link or "", frozenset(fault)
    try:
        known(link, models[model].format or "", faults)
    except ValueError as nothing:
        raise ConfigError(str(nothing)) from None
    with closing(opened(port)) as wire:
        try:
            for happened in play(link, wire, count, faults):
                session.answers.line(happened)
        except NotDelivered as failed:
            session.answers.say(f"not delivered: {failed}")
            return 1
    return 0


def listen(port: str, *, seconds: Seconds = 60.0, name: str = "new-instrument", session: Here) -> int:
    """Find out from live bytes which link and format an instrument speaks, and write the TOML to add it.

    Nothing is answered, so nothing is lost: the instrument sends again when it has been added.

    Parameters
    ----------
    port
        The port that the instrument is on, a serial device or a pyserial URL; or our address:port, where it connects.
    seconds
        How long to listen.
    name
        The name it shall have in the site file.
    """
    from pipeline.recognition import recognised, toml_for  # noqa: PLC0415

    heard = b""
    until = time.monotonic() + seconds
    found = None
    with closing(heard_from(port, session)) as line:
        while found is None and time.monotonic() < until and len(heard) < ENOUGH:
            heard += line.read(min(0.5, seconds))
            found = recognised(heard, session.site.formats)
    if found is None:
        session.answers.say(f"{counted(len(heard), 'byte')} came, which tell no link; compare the line settings")
        return 1
    if session.answers.json:
        session.answers.object({"link": found.link, "format": found.format, "why": found.why})
    else:
        session.answers.line(f"# {found.why}")
        session.answers.out.write(toml_for(found, name, "listen" if is_ours(port) else "port", port))
    return 0
