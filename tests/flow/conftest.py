"""Whole sites in temporary folders, on the invented mini-release and the invented sample exports."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from signal import SIGTERM
from typing import Any

import pytest

from pipeline.home import BUNDLED, Home
from pipeline.normalise.nomenclature.install import install
from pipeline.site import Site, open_site
from tests.flow.later_release import write_later
from tests.flow.registry import Registry

REPOSITORY = Path(__file__).parent.parent.parent
EXPORTS = BUNDLED / "demo" / "exports"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A data folder with the invented mini-release installed."""
    folder = tmp_path / "home"
    install(str(BUNDLED / "demo" / "nomenclature"), Home(folder).nomenclature)
    return folder


@pytest.fixture
def site(home: Path) -> Iterator[Site]:
    with open_site(home, None) as opened:
        yield opened


@pytest.fixture
def registry() -> Iterator[Registry]:
    """A registry that takes reports over MLLP."""
    peer = Registry()
    yield peer
    peer.server.close()


@pytest.fixture
def site_file(tmp_path: Path, registry: Registry) -> Path:
    """A site that delivers its reports to the registry."""
    path = tmp_path / "site.toml"
    path.write_text(
        f'[[destination]]\nname = "registry"\nconnect = "{registry.address}"\nlongest_delay_seconds = 0.1\n'
    )
    return path


@pytest.fixture
def later(tmp_path: Path) -> str:
    """A folder with a later nomenclature release, 0.2.0."""
    return write_later(tmp_path / "later")


@pytest.fixture
def exports() -> Path:
    return EXPORTS


@pytest.fixture
def graftline(home: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run a command as a person would, on the data folder."""

    def run(*words: str | Path, stdin: str = "", config: Path | None = None) -> subprocess.CompletedProcess[str]:
        options = ["--config", str(config)] if config else []
        return subprocess.run(
            [sys.executable, "-m", "pipeline.cli.app", "--home", str(home), *options, *map(str, words)],
            input=stdin,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
            cwd=REPOSITORY,
        )

    return run


class Running:
    """`graftline run` as a process of its own; what it says goes to `log`."""

    def __init__(self, home: Path, site_file: Path) -> None:
        self.log = home.with_name("run.log")
        self._invitation = home / "service.json"
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "pipeline.cli.app", "--home", str(home), "--config", str(site_file), "run"],
                stderr=log,
                cwd=REPOSITORY,
            )
        wait_for(self._invited)

    def _invited(self) -> bool:
        assert self.process.poll() is None, self.log.read_text()
        try:
            return bool(json.loads(self._invitation.read_text())["pid"] == self.process.pid)
        except FileNotFoundError:
            return False

    def is_up(self, name: str) -> bool:
        """Whether this part of the service has said that it is up."""
        return f"{name}: up\n" in self.log.read_text()

    def stop(self, signal: int = SIGTERM) -> int:
        """Send a signal; the exit code, which must come within ten seconds."""
        self.process.send_signal(signal)
        return self.process.wait(timeout=10)


def wait_for(is_so: Callable[[], object], seconds: float = 20.0) -> None:
    """Wait until it is so."""
    until = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < until, "it did not come to pass"
        time.sleep(0.05)


@pytest.fixture
def eventually() -> Callable[..., None]:
    """Wait until something is so."""
    return wait_for


@pytest.fixture
def start(home: Path, tmp_path: Path) -> Iterator[Callable[[str], Running]]:
    """Start the service with these instruments in its site file; stopped at the end if the test has not done so."""
    started: list[Running] = []

    def begin(instruments: str) -> Running:
        site_file = tmp_path / "site.toml"
        site_file.write_text('[site]\nname = "Invented laboratory"\n[spool]\nlow_water_mb = 64\n' + instruments)
        started.append(Running(home, site_file))
        return started[-1]

    yield begin
    for running in started:
        if running.process.poll() is None:
            running.process.kill()
            running.process.wait()


@pytest.fixture
def rows() -> Callable[[str], list[dict[str, Any]]]:
    """The objects of JSON Lines."""
    return lambda text: [json.loads(line) for line in text.splitlines()]
