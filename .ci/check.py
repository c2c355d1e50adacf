"""Lint, types, layer contracts, and the wheel built and tested with the source tree out of reach."""

import os
import shutil
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
WHEEL_TESTS = ("formats", "hl7", "links", "samples", "store", "flow/test_service.py")
"""What shows that the wheel has everything: code, configuration, SQL, samples, and a service that runs."""
OLDEST_DUCKDB = "duckdb==1.5.5"
"""The oldest that is supported; the source tree's tests run on the newest."""


def run(*command: object, folder: Path = ROOT) -> None:
    """Run one check and stop at the first that fails."""
    words = [str(part) for part in command]
    sys.stdout.write(f"== {' '.join(words)}\n")
    sys.stdout.flush()
    code = subprocess.run(words, cwd=folder, check=False).returncode  # noqa: S603  # our own commands
    if code:
        sys.exit(code)


def install(python: Path, *what: object) -> None:
    """Put packages into an environment."""
    run(python, "-m", "pip", "install", "-q", "--disable-pip-version-check", *what)


def check_source() -> None:
    """The source tree as it stands."""
    run(sys.executable, "-m", "ruff", "format", "--check", ".")
    run(sys.executable, "-m", "ruff", "check", ".")
    run(sys.executable, "-m", "mypy")
    run(BIN / "lint-imports")


def check_wheel(scratch: Path) -> None:
    """The wheel in an environment of its own, with the tests beside it and the source nowhere near."""
    run(sys.executable, "-m", "build", "--wheel", "--outdir", scratch / "dist", ROOT)
    (wheel,) = (scratch / "dist").glob("*.whl")
    venv.create(scratch / "venv", with_pip=True)
    python = scratch / "venv" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    install(python, "pip>=25.1")  # knows dependency groups
    install(python, wheel, OLDEST_DUCKDB, "--group", f"{ROOT}/pyproject.toml:test")
    elsewhere = scratch / "elsewhere"
    shutil.copytree(ROOT / "tests", elsewhere / "tests")
    (elsewhere / "pytest.ini").write_text("[pytest]\naddopts = --import-mode=importlib --benchmark-disable\n")
    if (ROOT.parent / "shared").is_dir():
        (scratch / "shared").symlink_to(ROOT.parent / "shared", target_is_directory=True)
    run(python.with_name("graftline"), "--version", folder=elsewhere)
    run(python, "-m", "pytest", "-q", "-W", "error", *(f"tests/{each}" for each in WHEEL_TESTS), folder=elsewhere)
    run(python.with_name("graftline"), "demo", "--for", "6", folder=elsewhere)


def main() -> None:
    """Everything, in the order in which it fails fastest."""
    check_source()
    with tempfile.TemporaryDirectory() as scratch:
        check_wheel(Path(scratch))


if __name__ == "__main__":
    main()
