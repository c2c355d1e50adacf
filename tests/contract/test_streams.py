"""Answers on stdout, diagnostics on stderr; and nothing that a sender writes steers the terminal it is shown on."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Graftline = Callable[..., Any]
REPOSITORY = Path(__file__).parents[2]
STEERING = "\x1b[31mred\x07\x9b2J\u202e"
LISTS = [
    ("dump", "receipts"),
    ("dump", "typings"),
    ("quarantine", "list"),
    ("outbox", "list"),
    ("worklist", "list"),
    ("nomenclature", "list"),
    ("nomenclature", "diff", "0.1.0", "0.1.0"),
    ("formats",),
    ("instruments",),
    ("doctor",),
    ("identify", "A999924000123M", "9999TEST00000000118"),
    ("check", "report.hml", "run.log"),
    ("parse", "report.hml"),
    ("search", "--patient", "report.hml"),
    ("feed", "changes"),
]


@pytest.mark.parametrize("words", LISTS, ids=" ".join)
def test_a_list_is_one_object_a_line_and_nothing_else_is_on_stdout(
    graftline: Graftline, words: tuple[str, ...]
) -> None:
    answer = graftline("--json", *words)
    assert answer.code == 0
    for line in answer.out.splitlines():
        assert isinstance(json.loads(line), dict)


@pytest.mark.parametrize("words", LISTS, ids=" ".join)
def test_a_list_of_an_empty_home_is_empty_and_no_failure(graftline: Graftline, words: tuple[str, ...]) -> None:
    needs = {"search": 3, "nomenclature diff": 3}
    answer = graftline("--json", "--home", "fresh", *words)
    assert answer.code == needs.get(words[0], needs.get(" ".join(words[:2]), 0)), answer.err
    for line in answer.out.splitlines():
        assert isinstance(json.loads(line), dict)


@pytest.mark.skipif(os.name == "nt", reason="no file can be called so there")
def test_control_characters_of_names_and_contents_are_shown_by_their_escapes(graftline: Graftline) -> None:
    name = f"x{STEERING}\n.csv"
    Path(name).write_text(f"no result {STEERING}\n", encoding="utf-8")
    taken = graftline("ingest", name)
    (row,) = graftline("--json", "ingest", name, "--source", "again").row()["files"]
    told = [taken, graftline("parse", name), graftline("check", name), graftline("show", row["receipt"])]
    told += [graftline("quarantine", "list"), graftline("quarantine", "show", row["receipt"])]
    for answer in told:
        for text in (answer.out, answer.err):
            assert not set(text) & set("\x1b\x07\x9b\u202e"), text
    assert r"\x1b[31mred" in taken.out
    assert row["path"] == name, "a program gets the name as it is"


@pytest.mark.parametrize("target", ["hml", "fhir", "glsc", "wmda", "atlas"])
def test_what_cannot_be_written_is_told(graftline: Graftline, target: str) -> None:
    answer = graftline("write", target, "run.log")
    assert (answer.code, answer.out) == (1, "")
    assert "run.log holds no typing" in answer.err


def test_a_token_of_stdin_does_not_steer_the_terminal(graftline: Graftline) -> None:
    answer = graftline("reduce", stdin=f"A*01:01{STEERING}\n".encode())
    assert answer.code == 1
    assert "\x1b" not in answer.err and r"\x1b[31m" in answer.err


@pytest.mark.skipif(os.name == "nt", reason="streams are closed by a POSIX shell here")
def test_a_closed_stdin_is_an_empty_one(here: Path) -> None:
    done = subprocess.run(
        ["sh", "-c", f"{sys.executable} -m pipeline.cli.app reduce <&-"],
        cwd=here,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
