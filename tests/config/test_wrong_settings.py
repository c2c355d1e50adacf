"""What a person reads when a configuration file is wrong: one file with a mistake, one text that is to be shown.

`pytest --accept` writes the texts anew; a person reads them.
"""

import os
from pathlib import Path

import pytest

from pipeline.config.instrument_models import load_models
from pipeline.config.problems import WrongSettings
from pipeline.config.site_file import read_site
from pipeline.errors import ConfigError

HERE = Path(__file__).parent
SITES = sorted((HERE / "bad").glob("*.toml"))
MODELS = sorted((HERE / "bad_models").glob("*.toml"))


def told(error: ConfigError) -> str:
    text = str(error)
    for folder in ("bad", "bad_models"):
        text = text.replace(f"{HERE / folder}{os.sep}", f"{folder}/")
    return text + "\n"


def compare(text: str, golden: Path, accept: bool) -> None:
    if accept:
        golden.write_text(text, encoding="utf-8", newline="\n")
    assert text == golden.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", SITES, ids=lambda path: path.stem)
def test_a_wrong_site_file_is_refused_with_this_text(path, vocabulary, models, accept):
    with pytest.raises(WrongSettings) as caught:
        read_site(path, vocabulary, models)
    compare(told(caught.value), path.with_suffix(".txt"), accept)


def test_wrong_models_are_refused_together_with_this_text(vocabulary, accept):
    with pytest.raises(WrongSettings) as caught:
        load_models([HERE / "bad_models"], vocabulary)
    golden = HERE / "bad_models" / "all.txt"
    compare(told(caught.value), golden, accept)


def test_there_is_a_text_for_every_case_and_a_case_for_every_text():
    assert {path.stem for path in SITES} == {path.stem for path in (HERE / "bad").glob("*.txt")}
    assert len(SITES) >= 30
    assert len(MODELS) == 2


@pytest.mark.parametrize("path", SITES, ids=lambda path: path.stem)
def test_every_problem_stands_on_a_line_of_its_own_and_names_its_line_in_the_file(path, vocabulary, models):
    with pytest.raises(ConfigError) as caught:
        read_site(path, vocabulary, models)
    told_lines = str(caught.value).splitlines()
    assert len(told_lines) == len(caught.value.problems)
    lines = len(path.read_bytes().splitlines())
    for problem in caught.value.problems:
        file, _, line = problem.place.rpartition(":")
        if problem.message != "this file is not UTF-8":  # a text that cannot be read has no lines
            assert Path(file) == path
            assert 1 <= int(line) <= lines


def test_a_file_that_is_not_there_is_named(tmp_path, vocabulary, models):
    with pytest.raises(ConfigError, match=r"nowhere\.toml: cannot read this file: No such file or directory"):
        read_site(tmp_path / "nowhere.toml", vocabulary, models)


def test_wrong_usage_of_the_configuration_ends_with_exit_code_2(tmp_path, vocabulary, models):
    with pytest.raises(ConfigError) as caught:
        read_site(tmp_path / "nowhere.toml", vocabulary, models)
    assert caught.value.exit_code == 2
