"""`graftline [--home DIR] [--config FILE] [--json] COMMAND ...`: options as documented, and what wrong usage is."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipeline.cli.commands import COMMANDS, FAMILIES

Graftline = Callable[..., Any]
PAGE = Path(__file__).parents[2] / "docs" / "commands.md"
EVERY = [*COMMANDS, *(f"{first} {second}" for first, family in FAMILIES.items() for second in family.members)]
ELSEWHERE = {"quarantine keep": {"--locus"}}
WHERE = {"--home", "--config", "--json"}


def options(help_text: str) -> set[str]:
    return set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", help_text)) - {"--help"}


def sections() -> dict[str, str]:
    found = re.split(r"^### `graftline ", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    return {section.split("`")[0]: section.split("\n## ")[0] for section in found}


@pytest.mark.parametrize("name", [name for name in EVERY if name != "bench"])
def test_a_command_takes_every_option_that_its_section_names(graftline: Graftline, name: str) -> None:
    """Where the text says "`--format NAME` as above", the option is called so, and not --format-name."""
    known = options(graftline(*name.split(), "--help").out)
    assert options(sections()[name]) - WHERE <= known | {"--redact"}, name


@pytest.mark.parametrize("words", [("write", "fhir", "report.hml"), ("compare", "report.hml", "report.hml")])
def test_format_is_called_the_same_everywhere(graftline: Graftline, words: tuple[str, ...]) -> None:
    assert graftline(*words, "--format", "hml").out
    refused = graftline(*words, "--format", "zork")
    assert (refused.code, refused.out) == (2, "")
    assert 'there is no format "zork"; expected one of' in refused.err


def test_the_options_of_a_command_are_not_mixed_with_those_of_all(graftline: Graftline) -> None:
    own, everywhere = re.split(r"Everywhere", graftline("ingest", "--help").out)
    assert {"--format", "--source"} <= options(own)
    assert options(everywhere) == WHERE


WRONG = {
    "an option that is not there": ("dump", "typings", "--zork"),
    "a word too many": ("dump", "typings", "zork"),
    "a word too few": ("dump",),
    "a member of a family that is not there": ("quarantine", "zork"),
    "an option without its value": ("dump", "typings", "--home"),
    "a recording that is not there": ("replay", "nothing.jsonl", "--port", "socket://127.0.0.1:9"),
    "an id map that is not there": ("compare", "report.hml", "report.hml", "--ids", "nothing.csv"),
    "an id map that is no text": ("compare", "report.hml", "report.hml", "--ids", "latin.csv"),
    "a day that is in no calendar": ("write", "atlas", "report.hml", "--date", "2026-02-30"),
    "a day written otherwise": ("feed", "publish", "--as", "atlas", "--date", "20260228"),
    "a receipt to keep that is not there": ("quarantine", "keep", "R9-000000"),
    "the demo in the usual folder, which is in use": ("--home", "graftline-data", "demo", "--for", "1"),
    "a source without a name": ("ingest", "report.hml", "--source", ""),
    "a source whose name is two lines": ("ingest", "report.hml", "--source", "a\nb"),
}


@pytest.mark.parametrize("case", WRONG)
def test_2_wrong_usage_is_told_in_a_sentence(graftline: Graftline, case: str) -> None:
    Path("latin.csv").write_bytes("müller,1\n".encode("latin-1"))
    answer = graftline(*WRONG[case])
    assert (answer.code, answer.out) == (2, ""), answer.err
    assert answer.err.strip()
    assert "Traceback" not in answer.err and "mistake of Graftline" not in answer.err


def test_home_wins_over_the_environment_and_the_environment_over_the_usual_place(
    graftline: Graftline, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("graftline-data").rename("kept")
    count = len(graftline("--home", "kept", "dump", "receipts").rows())
    assert count
    monkeypatch.setenv("GRAFTLINE_HOME", str(here / "kept"))
    assert len(graftline("dump", "receipts").rows()) == count
    assert graftline("--home", "other", "dump", "receipts").rows() == []
    monkeypatch.delenv("GRAFTLINE_HOME")
    assert graftline("dump", "receipts").rows() == []
    assert Path("graftline-data").is_dir()


def test_the_missing_release_is_told_with_the_whole_command(graftline: Graftline) -> None:
    Path("wanting.toml").write_text('[nomenclature]\nrelease = "9.9.9"\n')
    assert (
        "then run: graftline renormalise --release 9.9.9"
        in graftline("--config", "wanting.toml", "ingest", "exports").err
    )
