"""Commands about the site as a whole: demo, run, doctor, formats, instruments."""

import os
import signal
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from cyclopts.validators import Number

from pipeline.cli.answers import counted
from pipeline.cli.session import Here, Session
from pipeline.errors import ConfigError

LOOK_SECONDS = 0.5
SIGNS = {"ok": "ok     ", "warning": "WARNING", "error": "ERROR  "}


def demo(
    *,
    seconds: Annotated[float, Parameter(name="--for", validator=Number(gt=0))] = 20.0,
    port: Annotated[int, Parameter(validator=Number(gte=0, lte=65535))] = 0,
    session: Here,
) -> int:
    """Run the main job on simulated instruments, in a data folder of its own, and tell what became of it.

    Parameters
    ----------
    seconds
        How long the instruments play.
    port
        The port for HL7 messages on this machine; any free one if 0.
    """
    from pipeline.cli.live import follow  # noqa: PLC0415
    from pipeline.demo.performance import Performance  # noqa: PLC0415
    from pipeline.demo.story import story  # noqa: PLC0415
    from pipeline.site import open_site  # noqa: PLC0415

    answers = session.answers
    folder = demo_folder(session)
    performance = Performance(folder, seconds, port)
    answers.say(f"All people, laboratories and devices here are invented. The data folder is {folder}")
    follow(performance.moments(), answers)
    with open_site(folder, folder / "site.toml") as site:
        site.ready_store()
        told = list(story(site, performance.incidents))
    if answers.json:
        answers.object({"home": str(folder), "sections": [{"title": title, "lines": lines} for title, lines in told]})
    else:
        for title, lines in told:
            answers.line(f"\n== {title}")
            for line in lines:
                answers.line(line)
        answers.line(f"\nLook around: graftline --home {folder} dump typings | show RECEIPT | quarantine list")
    for mishap in performance.mishaps:
        answers.say(f"an instrument could not play its part: {mishap}")
    return int(bool(performance.mishaps))


def demo_folder(session: Session) -> Path:
    """A data folder for the demo alone: the one that --home names, if nothing is in it, or a fresh one."""
    named = session.named_home
    if named is None:
        return Path(tempfile.mkdtemp(prefix="graftline-demo-"))
    if named.exists() and not (named.is_dir() and not any(named.iterdir())):
        raise ConfigError(
            f"{named} is not an empty folder, and the demo needs a data folder of its own; "
            "name one that is not there yet, or leave out --home"
        )
    return named.absolute()


def run(*, session: Here) -> int:
    """Run the service: every instrument of the site file, until stopped."""
    from pipeline.cli.desk import attend  # noqa: PLC0415
    from pipeline.control import ControlDesk  # noqa: PLC0415
    from pipeline.service import Service  # noqa: PLC0415

    site, say = session.site, session.answers.say
    session.warn_of_missing_release()
    service = Service(site)
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    desk = ControlDesk(site.home.service, attend(service), site.settings.service.port)
    try:
        service.start()
        say(f"{site.settings.site.name}: {counted(len(service.sources), 'instrument')}; stop with Ctrl+C or SIGTERM")
        known: dict[str, str] = {}
        while not stopped.wait(LOOK_SECONDS):
            known = news(known, service.headlines(), say)
    finally:
        desk.close()
        done = service.stop()
    say("stopped; everything that was acknowledged is on disk")
    if not done:
        say("the loader was in the middle of its work; the next start goes on with it")
        os._exit(0)  # DuckDB does not bear being taken down under a statement that runs
    return 0


def news(known: dict[str, str], now: dict[str, str], say: Callable[[str], None]) -> dict[str, str]:
    """Say how every part of the service is doing for which that has changed; what is known then."""
    for name, headline in now.items():
        if known.get(name) != headline:
            say(f"{name}: {headline}")
    return now


def doctor(*, session: Here) -> int:
    """Look at the machine and the site, and name one fix for each finding. Changes nothing."""
    from pipeline.doctor import examine, from_service, set_aside  # noqa: PLC0415

    if session.service:  # asked by the doctor of a person at another prompt
        reports = session.service.reports()
        found = [set_aside(each.name, each.noise_bytes, each.noise_reason) for each in reports if each.noise_bytes]
    else:
        found = [*examine(session.home, session.config), *from_service(session.told_by_service("doctor"))]
    if session.answers.json:
        session.answers.objects(found)
    else:
        area = ""
        for each in found:
            if each.area != area:
                session.answers.line(each.area)
            area = each.area
            session.answers.line(f"  {SIGNS[each.level]} {each.message}")
            if each.fix:
                session.answers.line(f"      fix: {each.fix}")
    return int(any(each.level == "error" for each in found))


def formats(*, session: Here) -> int:
    """List the formats that can be read, and on what each was verified."""
    rows = [
        {"format": each.name, "title": each.title, "verified": each.verified, "ignores": list(each.ignores)}
        for each in session.site.formats.values()
    ]
    session.answers.table(rows, ("format", "title", "verified"))
    return 0


def instruments(*, session: Here) -> int:
    """List the instrument models that are known, and on what each was verified."""
    from pipeline.config.instrument_models import load_models, model_folders  # noqa: PLC0415
    from pipeline.config.vocabulary import installed  # noqa: PLC0415

    home = session.site.home
    models = load_models(model_folders(session.site.settings.path), installed(home.profile_folders))
    rows = [
        {
            "model": name,
            "title": model.title,
            "vendor": model.vendor,
            "link": model.link,
            "format": model.format,
            "state": model.state,
        }
        for name, model in sorted(models.items())
    ]
    session.answers.table(rows, ("model", "title", "vendor", "link", "format", "state"))
    return 0
