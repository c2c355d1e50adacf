"""Whole sites in temporary folders, on the invented mini-release and the invented sample exports."""

import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pipeline.home import BUNDLED, Home
from pipeline.normalise.nomenclature.install import install
from pipeline.site import Site, open_site

FAULTS = Path(__file__).parent.parent / "faults"
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


@pytest.fixture
def rows() -> Callable[[str], list[dict[str, Any]]]:
    """The objects of JSON Lines."""
    return lambda text: [json.loads(line) for line in text.splitlines()]


@pytest.fixture(scope="session")
def kill_at() -> Callable[..., Any]:
    if not hasattr(os, "fork"):
        pytest.skip("a child that dies at a chosen call needs fork, which Windows does not have")
    spec = importlib.util.spec_from_file_location("faults_kill_at_flow", FAULTS / "kill_at.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    found: Callable[..., Any] = module.kill_at
    return found
