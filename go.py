"""Set up and run Graftline on a machine that has Python 3.11+ and git, and nothing else.

    python3 go.py demo    the main job on simulated instruments
    python3 go.py test    the tests
    python3 go.py check   lint, types and layer contracts, and the wheel tested by itself

The environment lives in .venv beside this file; it is made on first use and renewed when pyproject.toml changes.
"""

import hashlib
import json
import os
import subprocess
import sys
import tempfile
import urllib.request
import venv
from pathlib import Path
from urllib.parse import urljoin

ROOT = Path(__file__).resolve().parent
ENVIRONMENT = ROOT / ".venv"
INDEX = "https://pypi.org/pypi/pip/json"
PYTHON = ENVIRONMENT / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def run(*command: object) -> None:
    """Run a command in the project's folder; leave with its exit code if it fails."""
    code = subprocess.run([str(part) for part in command], cwd=ROOT, check=False).returncode
    if code:
        sys.exit(code)


def prepare(group: str) -> None:
    """Make the environment hold the program and the given dependency group."""
    stamp = ENVIRONMENT / f"ready-{group}"
    wanted = hashlib.sha256((ROOT / "pyproject.toml").read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text() == wanted:
        return
    print(f"Setting up {ENVIRONMENT.name} for '{group}' (a minute, once) ...", file=sys.stderr)
    if not PYTHON.exists():
        make_environment()
    run(PYTHON, "-m", "pip", "install", "-q", "--disable-pip-version-check", "pip>=25.1")  # knows dependency groups
    run(
        PYTHON,
        "-m",
        "pip",
        "install",
        "-q",
        "--disable-pip-version-check",
        "-e",
        ROOT,
        *(["--group", group] if group != "run" else []),
    )
    stamp.write_text(wanted)


def make_environment() -> None:
    """A virtual environment with pip, also where the system's Python came without ensurepip."""
    try:
        venv.create(ENVIRONMENT, with_pip=True)
    except subprocess.CalledProcessError:
        venv.create(ENVIRONMENT, with_pip=False, clear=True)
        with tempfile.TemporaryDirectory() as folder:
            run(PYTHON, fetch_pip(Path(folder)) / "pip", "install", "-q", "pip")


def fetch_pip(folder: Path) -> Path:
    """The wheel of pip from the package index, which runs as it is, checked by its SHA-256."""
    with urllib.request.urlopen(INDEX) as answer:
        files = json.load(answer)["urls"]
    file = next(each for each in files if each["packagetype"] == "bdist_wheel")
    with urllib.request.urlopen(urljoin(INDEX, file["url"])) as answer:  # noqa: S310  # named by the index
        raw = answer.read()
    if hashlib.sha256(raw).hexdigest() != file["digests"]["sha256"]:
        sys.exit("The package index sent a damaged pip; try again.")
    wheel = folder / file["filename"]
    wheel.write_bytes(raw)
    return wheel


def main(arguments: list[str]) -> None:
    """Carry out one of the commands above; what follows it is passed on."""
    if sys.version_info < (3, 11):  # noqa: UP036  # this file alone may be run by an older one, to be told so
        sys.exit(f"Graftline needs Python 3.11 or newer; this is {sys.version.split()[0]}.")
    command, *rest = arguments or ["help"]
    if command == "demo":
        prepare("run")
        run(PYTHON, "-m", "pipeline.cli.app", "demo", *rest)
    elif command == "test":
        prepare("test")
        run(PYTHON, "-m", "pytest", "-q", "-n", "2", "--dist", "loadfile", *rest)
    elif command == "check":
        prepare("check")
        run(PYTHON, ROOT / ".ci" / "check.py")
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
