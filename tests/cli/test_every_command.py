"""Every command of the table has help with an example, the example runs, and docs/commands.md tells of it."""

import json
import os
import re
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipeline.cli.commands import COMMANDS, FAMILIES, Command
from pipeline.cli.session import Session
from pipeline.cli.site import demo_folder

REPOSITORY = Path(__file__).parents[2]
PAGE = REPOSITORY / "docs" / "commands.md"
OUTCOMES = {"quarantine resubmit": 1, "quarantine keep": 1}
"""Exit codes of examples that end otherwise than with 0: a broken file stays in quarantine, nothing contradicts."""
ELSEWHERE = {
    "run": "below",
    "demo": "below",
    "bench": "tests/bench, at a size that takes no minutes",
    **dict.fromkeys(("capture", "replay", "simulate", "listen"), "test_lines.py, on lines that are there"),
}

EVERY: dict[str, Command] = {
    **COMMANDS,
    **{f"{first} {second}": each for first, family in FAMILIES.items() for second, each in family.members.items()},
}


@pytest.mark.parametrize("name", sorted(EVERY.keys() - {"bench"}))
def test_help_shows_the_summary_and_the_example(graftline: Callable[..., Any], name: str) -> None:
    answer = graftline(*name.split(), "--help")
    words = " ".join(answer.out.split())
    assert answer.code == 0
    assert answer.err == ""
    assert EVERY[name].summary in words
    assert f"Example: {EVERY[name].example}" in words


@pytest.mark.parametrize("name", EVERY)
def test_an_example_is_of_its_own_command(name: str) -> None:
    words = [word for word in shlex.split(EVERY[name].example) if word not in ("--config", "site.toml")]
    assert words[: 1 + len(name.split())] == ["graftline", *name.split()]


@pytest.mark.parametrize("name", sorted(EVERY.keys() - ELSEWHERE))
def test_the_example_runs(graftline: Callable[..., Any], loaded: str, quarantined: str, name: str) -> None:
    line = EVERY[name].example.replace("R1-9f2c1e", loaded).replace("R2-77b1c0", quarantined)
    answer = graftline(*shlex.split(line)[1:], stdin=b"HLA-A*01:01\n")
    assert answer.code == OUTCOMES.get(name, 0), answer.err
    assert answer.out
    assert "mistake" not in answer.err


def process(example: str, here: Path) -> "subprocess.Popen[str]":
    """The example in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "pipeline.cli.app", *shlex.split(example)[1:]],
        cwd=here,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY), "TMPDIR": str(here)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_the_example_of_demo_plays_to_its_end(here: Path) -> None:
    with process(COMMANDS["demo"].example, here) as demo:
        out, err = demo.communicate(timeout=60)
    assert demo.returncode == 0, err
    assert "== What became of everything that arrived" in out
    assert "== A search of the feed with an invented patient" in out


def test_the_demo_plays_in_the_data_folder_that_is_named(here: Path) -> None:
    with process("graftline --home played --json demo --for 2", here) as demo:
        out, err = demo.communicate(timeout=60)
    assert demo.returncode == 0, err
    assert json.loads(out)["home"] == str(here / "played")
    assert (here / "played" / "store.duckdb").exists()


def test_the_demo_leaves_the_data_folder_of_the_environment_alone(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRAFTLINE_HOME", "graftline-data")
    with Session(home=Path("graftline-data")) as session:
        assert demo_folder(session).parent == here.parent


def test_the_example_of_run_runs_until_it_is_told_to_stop(here: Path) -> None:
    with process(COMMANDS["run"].example, here) as service:
        until = time.monotonic() + 20
        while not (here / "graftline-data" / "service.json").exists() and time.monotonic() < until:
            time.sleep(0.05)
        service.send_signal(signal.SIGTERM)
        _, err = service.communicate(timeout=10)
    assert service.returncode == 0
    assert "Invented laboratory: 0 instruments" in err
    assert "everything that was acknowledged is on disk" in err


def test_the_page_has_a_section_with_the_example_for_every_command_and_for_no_other() -> None:
    sections = re.split(r"^### ", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    documented = {section.splitlines()[0].strip("`").removeprefix("graftline "): section for section in sections}
    assert documented.keys() == EVERY.keys()
    for name, section in documented.items():
        assert f"```text\n{EVERY[name].example}\n```" in section, name


def test_the_page_names_every_option(graftline: Callable[..., Any]) -> None:
    page = PAGE.read_text(encoding="utf-8")
    for name in EVERY.keys() - {"bench"}:
        options = set(re.findall(r"--[a-z]\w+", graftline(*name.split(), "--help").out))
        positional = {
            "--what",
            "--receipt",
            "--profile",
            "--file",
            "--files",
            "--paths",
            "--codes",
            "--message",
            "--model",
            "--target",
        }
        assert not [option for option in options - positional if option not in page], name


def test_without_a_command_the_commands_are_listed(graftline: Callable[..., Any]) -> None:
    answer = graftline()
    assert answer.code == 0
    for name in [*COMMANDS, *FAMILIES]:
        assert f" {name} " in answer.out
    assert "Exit codes: 0 all done" in " ".join(answer.out.split())


def test_what_is_not_there_is_wrong_usage_and_what_there_is_is_told(graftline: Callable[..., Any]) -> None:
    answer = graftline("--no-such-option")
    assert answer.code == 2
    assert answer.out == ""
    assert 'there is no command "--no-such-option"; expected one of: ' in answer.err
