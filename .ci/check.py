"""Lint, types, layer contracts, and the wheel built and tried with the source tree out of reach."""

import os
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent


def run(*command: object, folder: Path = ROOT, **extra: str) -> None:
    """Run one check and stop at the first that fails."""
    print("==", *command, flush=True)
    environment = {**os.environ, **extra}
    code = subprocess.run([str(part) for part in command], cwd=folder, env=environment, check=False).returncode
    if code:
        sys.exit(code)


def check_source() -> None:
    """The source tree as it stands."""
    run(sys.executable, "-m", "ruff", "format", "--check", ".")
    run(sys.executable, "-m", "ruff", "check", ".")
    run(sys.executable, "-m", "mypy")
    run(BIN / "lint-imports")


def check_wheel(scratch: Path) -> None:
    """The wheel in an environment of its own, run from a folder where the source cannot be found."""
    run(sys.executable, "-m", "build", "--wheel", "--outdir", scratch / "dist", ROOT)
    (wheel,) = (scratch / "dist").glob("*.whl")
    venv.create(scratch / "venv", with_pip=True)
    python = scratch / "venv" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    run(python, "-m", "pip", "install", "-q", "--disable-pip-version-check", wheel)
    graftline = python.with_name("graftline")
    elsewhere = scratch / "elsewhere"
    elsewhere.mkdir()
    run(graftline, "--version", folder=elsewhere)
    run(graftline, "formats", folder=elsewhere)
    run(graftline, "demo", "--for", "6", folder=elsewhere)


def main() -> None:
    """Everything, in the order in which it fails fastest."""
    check_source()
    with tempfile.TemporaryDirectory() as scratch:
        check_wheel(Path(scratch))


if __name__ == "__main__":
    main()
