"""Set up and run Graftline on a machine that has Python 3.11+ and git, and nothing else.

    python3 go.py demo    the main job on simulated instruments
    python3 go.py test    the tests
    python3 go.py check   lint, types and layer contracts, the tests, and the wheel's own tests

The environment lives in .venv beside this file; it is made on first use and renewed when pyproject.toml changes.
"""

import hashlib
import os
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent
ENVIRONMENT = ROOT / ".venv"
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
        venv.create(ENVIRONMENT, with_pip=True, upgrade_deps=False)
    except subprocess.CalledProcessError:
        venv.create(ENVIRONMENT, with_pip=False, clear=True)
        run(sys.executable, "-m", "pip", "--python", PYTHON, "install", "-q", "pip")


def main(arguments: list[str]) -> None:
    """Carry out one of the commands above; what follows it is passed on."""
    command, *rest = arguments or ["help"]
    if command == "demo":
        prepare("run")
        run(PYTHON, "-m", "pipeline.cli.app", "demo", *rest)
    elif command == "test":
        prepare("test")
        run(PYTHON, "-m", "pytest", "-q", *rest)
    elif command == "check":
        prepare("check")
        run(PYTHON, ROOT / ".ci" / "check.py")
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
