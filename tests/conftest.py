"""What every room's tests share: the reviewed expectations and the sample collection beside the repository."""

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--accept", action="store_true", help="rewrite the expected results beside the samples; review the diff"
    )


@pytest.fixture(scope="session")
def accept(request: pytest.FixtureRequest) -> bool:
    """Whether expected results are to be rewritten instead of compared."""
    return bool(request.config.getoption("--accept"))


@pytest.fixture(scope="session")
def shared() -> Path:
    """The collection of other people's sample files, which may not be copied into the repository."""
    folder = REPOSITORY.parent / "shared"
    if folder.is_dir():
        return folder
    if os.environ.get("CI") == "true":
        pytest.fail(f"the sample collection is not at {folder}, and CI must not pass without it")
    pytest.skip(f"the sample collection is not at {folder}")


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with certificates, made for the moment, of two sides that do not know each other's authority."""
    if shutil.which("openssl") is None:
        pytest.skip("there is no openssl to make certificates")
    folder = tmp_path_factory.mktemp("certificates")
    for name in ("ours", "theirs"):
        request = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2"
        names = ["-subj", f"/CN={name}", "-addext", "subjectAltName=IP:127.0.0.1"]
        files = ["-keyout", folder / f"{name}.key", "-out", folder / f"{name}.pem"]
        subprocess.run(["openssl", *request.split(), *names, *files], check=True, capture_output=True)
    return folder


@pytest.fixture(scope="session")
def kill_at() -> Callable[..., Any]:
    """What runs a session in a child and kills it at a chosen call."""
    if not hasattr(os, "fork"):
        pytest.skip("a child that dies at a chosen call needs fork, which Windows does not have")
    from tests.faults.kill_at import kill_at  # noqa: PLC0415  # a copy of a single room has no faults

    return kill_at
